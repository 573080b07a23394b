// What training does to each layer, over the whole history: norms, histograms, units that do not learn.
import { useState } from "preact/hooks";
import { useAnswer } from "../../shared/answers.js";
import { get } from "../../shared/api.js";
import { html } from "../../shared/html.js";
import { whole } from "../../shared/number_format.js";
import { go } from "../../shared/place.js";
import { LayerNumbers } from "./layer_numbers.js";
import { Norms } from "./norms.js";
import { LayerRidges } from "./ridges.js";

const [POINTS, BINS] = [64, 48];
const GAP = 2000; // ms between two requests during a run

// It is loaded when it is opened; closing it cancels the request.
export function OverTime({ network, latest, at }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <details class="panel over-time" onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>Layers over time <span class="small soft">norms, histograms, units that do not learn</span></summary>
      ${isOpen && html`<${Loaded} network=${network} latest=${latest} at=${at} />`}
    </details>
  `;
}

function Loaded({ network, latest, at }) {
  const ask = (signal) => get(`networks/${network.network}/updates:summarize`, { endUpdate: latest, maxPoints: POINTS, maxBins: BINS }, signal);
  const { answer, error } = useAnswer(`${network.uid} ${latest}`, ask, { gap: GAP });
  if (!answer) return html`<p class="small soft">${error ? error.message : "Loading…"}</p>`;
  const points = answer.updates;
  const numbers = points.map(({ update }) => Number(update.update));
  // A click selects the nearest update of those that are summarized.
  const pick = (update) => go({ update: numbers.reduce((best, each) => (Math.abs(each - update) < Math.abs(best - update) ? each : best)) });
  return html`
    <p class="small soft">${sentences(answer, numbers)}</p>
    <${Norms} ...${{ network, points, numbers, bins: answer.layers, at, onPick: pick }} />
    ${answer.layers.map((bins, index) => html`<${LayerRidges} key=${index} ...${{ network, points, numbers, bins, at, onPick: pick }} layer=${index + 1} />`)}
    <details class="as-numbers">
      <summary>Show as numbers</summary>
      ${answer.layers.map((bins, index) => html`<${LayerNumbers} key=${index} ...${{ network, points, bins, onPick: pick }} layer=${index + 1} />`)}
    </details>
  `;
}

function sentences({ thinned, exampleCount }, numbers) {
  const [first, last] = [numbers[0], numbers.at(-1)].map(whole);
  const which = thinned ? `${numbers.length} of the updates ${first} to ${last}` : `Updates ${first} to ${last}`;
  const examples = exampleCount ? ` Activations are those for ${exampleCount === 1 ? "1 example" : `${exampleCount} examples`}.` : "";
  return `${which}, from back to front in the histograms. Click one to select it.${examples}`;
}
