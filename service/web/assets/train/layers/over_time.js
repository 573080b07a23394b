// What training does to each layer over time, in the range of the cost curve: norms, histograms, units that do not learn.
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../../shared/answers.js";
import { get } from "../../shared/api.js";
import { html } from "../../shared/html.js";
import { whole } from "../../shared/number_format.js";
import { go } from "../../shared/place.js";
import { LayerNumbers } from "./layer_numbers.js";
import { Norms } from "./norms.js";
import { LayerRidges } from "./ridges.js";

// A few updates come soon, whatever the size of the network; many may take as long as training did. So an answer has more
// than the one before. There are few answers, because each replays what lies between its updates and known ones.
const COUNTS = [6, 20, 64];
const MANY = COUNTS.at(-1);
const BINS = 48;
const GAP = 2000; // ms between two requests during a run

// It is loaded when it is opened; closing it cancels the request.
// Whether it is open is in the address.
export function OverTime({ network, range, at, isOpen, onZoom }) {
  return html`
    <details class="panel over-time" open=${isOpen} onToggle=${(event) => go({ "over-time": event.currentTarget.open ? 1 : undefined })}>
      <summary>Layers over time <span class="small soft">norms, histograms, units that do not learn</span></summary>
      ${isOpen && html`<${Loaded} ...${{ network, range, at, onZoom }} />`}
    </details>
  `;
}

function Loaded({ network, range: { from, to }, at, onZoom }) {
  const [most, setMost] = useState(COUNTS[0]);
  const [hasNumbers, setNumbers] = useState(false);
  const ask = (signal) => get(`networks/${network.network}/updates:summarize`, { startUpdate: from, endUpdate: to, maxPoints: most, maxBins: BINS }, signal);
  const { answer, error, key } = useAnswer(`${most} ${from} ${to}`, ask, { gap: most < MANY ? 0 : GAP });
  useEffect(() => {
    if (answer?.thinned) setMost(COUNTS.find((count) => count > most) ?? MANY);
  }, [answer]);
  if (!answer) return html`<p class="small soft">${error ? error.message : "Loading…"}</p>`;
  const points = answer.updates;
  const numbers = points.map(({ update }) => Number(update.update));
  // A click selects the nearest update of those that are summarized.
  const pick = (update) => go({ update: numbers.reduce((best, each) => (Math.abs(each - update) < Math.abs(best - update) ? each : best)) });
  return html`
    <p class="small soft">${sentences(answer, numbers)}${answer.thinned && !key.startsWith(`${MANY} `) ? " More follow…" : ""}</p>
    <${Norms} ...${{ network, points, numbers, bins: answer.layers, at, onPick: pick, onZoom }} />
    ${answer.layers.map((bins, index) => html`<${LayerRidges} key=${index} ...${{ network, points, numbers, bins, at, onPick: pick }} layer=${index + 1} />`)}
    <details class="as-numbers" onToggle=${(event) => setNumbers(event.currentTarget.open)}>
      <summary>Show as numbers</summary>
      ${hasNumbers && answer.layers.map((bins, index) => html`<${LayerNumbers} key=${index} ...${{ network, points, bins, onPick: pick }} layer=${index + 1} />`)}
    </details>
  `;
}

function sentences({ thinned, exampleCount }, numbers) {
  const [first, last] = [numbers[0], numbers.at(-1)].map(whole);
  const which = thinned ? `${numbers.length} of the updates ${first} to ${last}` : `Updates ${first} to ${last}`;
  const examples = exampleCount ? ` Activations are those for ${exampleCount === 1 ? "1 example" : `${exampleCount} examples`}.` : "";
  return `${which}, from back to front in the histograms, whose heights are square roots of counts. Click one to select it.${examples}`;
}
