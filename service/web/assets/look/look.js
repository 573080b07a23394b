// Look inside: a network at one moment of one update, and everything that leads there and on.
import { useState } from "preact/hooks";
import { Picture } from "../picture/picture.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { isKey, valueAt } from "../shared/parameters.js";
import { CostCurve } from "./cost_curve.js";
import { Help } from "./help.js";
import { loadNetwork, loadScale, loadUpdate } from "./loading.js";
import { momentAt } from "./moment.js";
import { PhasePanel } from "./phase_panel.js";
import { Ribbon } from "./ribbon.js";
import { PhaseStrip, Stepper, useStepKeys } from "./stepper.js";
import { WeightPanel } from "./weight_panel.js";

export function Look({ place }) {
  const { answer: found } = useAnswer(place.network, (signal) => loadNetwork(place.network, signal), { isUrgent: true });
  if (!found || found.network.network !== place.network) return html`<div class="look"></div>`;
  return html`<${Network} key=${found.network.uid} place=${place} ...${found} />`;
}

function Network({ place, network, runs }) {
  const [first, latest] = [Number(network.earliestUpdate), Number(network.latestUpdate)];
  const update = Math.max(first, Math.min(place.update ?? latest, latest));
  const { answer: loaded } = useAnswer(update, (signal) => loadUpdate(network.network, update, network, signal), { isUrgent: true });
  const [pointed, setPointed] = useState(null);
  const [unplaced, setUnplaced] = useState(0);
  const opened = loaded && { ...loaded, first, latest };
  const moment = opened?.trace && momentAt(opened, startFor(place, opened));
  const run = runs.find((each) => Number(each.firstUpdate) <= update && update <= Number(each.latestUpdate)) ?? runs[0];
  const { answer: scale } = useAnswer(run?.run ?? "none", (signal) => loadScale(network.network, run, latest, signal));
  useStepKeys(opened, moment);
  if (!opened || !scale) return html`<div class="look"></div>`;
  const weight = isKey(network, place.weight) ? place.weight : undefined;
  const view = moment ? viewOf(opened, moment) : stillView(opened);
  const cost = opened.trace?.cost;
  return html`
    <div class="look" aria-busy=${opened.update !== update}>
      <div class="stage">
        <${Stepper} opened=${opened} moment=${moment} />
        ${moment
          ? html`<${PhaseStrip} opened=${opened} moment=${moment} />`
          : html`<p class="phases soft">${sentence(opened.reason)}</p>`}
        <${Picture} ...${{ view, scale, weight, pointed, setPointed, setUnplaced }} />
        <div class="caption small soft">
          <span>${captionOf(opened, moment)}${unplaced > 0 && html`<br />${unplacedText(network, unplaced)}`}</span>
          <${Help} />
        </div>
        ${run && html`<${Ribbon} ...${{ network, run, update: opened.update, moment, opened }} />`}
        <${CostCurve} ...${{ network, first, latest, update, cost }} />
      </div>
      <aside class="insight">
        ${weight
          ? html`<${WeightPanel} key=${weight} ...${{ opened, weight, pointed, setPointed }} />`
          : moment
            ? html`<${PhasePanel} opened=${opened} moment=${moment} />`
            : html`<p>${sentence(opened.reason)} Its weights are in the picture.</p>`}
      </aside>
    </div>
  `;
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

// The step of the address, or where its example begins.
function startFor(place, { walk }) {
  if (place.step !== undefined) return place.step;
  return walk.phases.find(({ position }) => position !== undefined && position === place.position)?.firstStep ?? 0;
}

// What the picture shows of a moment.
function viewOf({ network }, moment) {
  const { example, known } = moment;
  const valueOf = (vectors, layer, unit) => vectors[layer - 1].values[unit];
  return {
    network,
    lit: { ...moment.lit, isCost: moment.kind === "COST" },
    weight: moment.weight,
    isAfter: (key) => moment.after.has(key),
    example: moment.kind === "ZERO" ? undefined : example,
    cost: example && moment.isCostKnown ? example.cost : undefined,
    unit(layer, unit) {
      if (!example || moment.kind === "ZERO") return {};
      if (layer === 0) return { a: example.inputs.values[unit] };
      const get = (what, vectors) => (known(what, layer, unit) ? valueOf(vectors, layer, unit) : undefined);
      return { a: get("a", example.activations), z: get("z", example.logits), delta: get("delta", example.deltas) };
    },
  };
}

// A network between updates: its weights alone.
const stillView = ({ network, state }) => ({
  network,
  lit: { units: new Set(), weights: new Set() },
  weight: (key) => valueAt(state.layers, key),
  isAfter: () => false,
  unit: () => ({}),
});

function unplacedText({ parameterCount }, unplaced) {
  return `${unplaced} of ${parameterCount} weights show their number when pointed at`;
}

function captionOf({ update, trace }, moment) {
  if (!moment) return "Lines are weights, as thick as they are large; dashed ones are negative.";
  const number = Number(trace.examples.find((each) => each.position === moment.position)?.example ?? 0) + 1;
  const weights = moment.after.size ? `weights after update ${update} where they are underlined` : `weights before update ${update}`;
  return `Example ${number} of the training set · ${weights}`;
}
