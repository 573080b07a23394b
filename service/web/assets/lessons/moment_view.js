// Moments of the service, drawn.
import { useState } from "preact/hooks";
import { Picture } from "../picture/picture.js";
import { Curve } from "../shared/curve.js";
import { useAnswer } from "../shared/answers.js";
import { searchOf } from "../shared/address.js";
import { html } from "../shared/html.js";
import { short, whole } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { valueAt } from "../shared/parameters.js";
import { valuesAround } from "../train/plane_values.js";
import { Surface } from "../train/surface.js";
import { Batches } from "./batches.js";
import { scaleOf } from "./moments.js";
import { NONE } from "./quantities.js";

export function MomentView({ block, data, copy }) {
  const View = VIEWS[block.kind];
  const isWide = block.kind === "show picture" && data.network.layerSizes.length > 3;
  return html`<figure class=${`moment ${block.kind.replace("show ", "of-")} ${isWide ? "wide" : ""}`}><${View} data=${data} copy=${copy} /></figure>`;
}

const ENLARGED = 1.6; // a picture with much room

const NO_KEYS = { has: () => false };

function PictureOf({ data, copy }) {
  const [pointed, setPointed] = useState(null);
  const { network, layers, number } = data;
  return html`
    <div class="drawing" style=${`--units:${Math.max(...network.layerSizes)}`}>
      <${Picture} view=${viewOf(data)} scale=${scaleOf(layers)} pointed=${pointed} setPointed=${setPointed} most=${ENLARGED} />
    </div>
    <figcaption class="small soft">
      ${number === undefined ? "The weights." : `Example ${whole(number)} of the training set.`}${" "}
      <a href=${searchOf({ mode: "look", network: copy.id, update: copy.start || undefined })}>Open in Look inside</a>
    </figcaption>
  `;
}

// What is known depends on how far the example has come.
const KNOWN = { inputs: 0, forward: 1, cost: 2, backward: 3 };

function viewOf({ network, layers, lit, example, values = "forward" }) {
  const [, last = Infinity] = values.match(/^layer (\d+)$/) ?? [];
  const stage = KNOWN[values] ?? KNOWN.forward;
  const at = (vectors, layer, unit) => vectors[layer - 1].values[unit];
  const isCompared = example && stage >= KNOWN.cost; // with its target
  return {
    network,
    isFixed: true,
    hasExamples: Boolean(example),
    hasTargets: Boolean(isCompared),
    lit: { ...lit, isCost: values === "cost" },
    weight: (key) => valueAt(layers, key),
    isAfter: NO_KEYS.has,
    isSecret: NO_KEYS.has,
    example: isCompared ? example : undefined,
    cost: isCompared ? example.cost : undefined,
    unit(layer, unit) {
      if (!example) return {};
      if (layer === 0) return { a: example.inputs.values[unit] };
      if (stage < KNOWN.forward || layer > Number(last)) return {};
      const delta = stage >= KNOWN.backward ? at(example.deltas, layer, unit) : undefined;
      return { a: at(example.activations, layer, unit), z: at(example.logits, layer, unit), delta };
    },
  };
}

const STROKES = [
  ["--accent", undefined],
  ["--negative", [6, 3]],
  ["--good", [2, 2]],
  ["--now", [8, 2, 2, 2]],
];

function CurveOf({ data: { xs, lines, best, scale } }) {
  if (xs.length < 2) return html`<p class="soft">The curve appears here after training.</p>`;
  const isDrawn = (y) => typeof y === "number" && (scale !== "log" || y > 0);
  const drawn = lines.map(({ name, ys }, index) => {
    const [stroke, dash] = STROKES[index % STROKES.length];
    return { name, stroke, dash, width: 2, ys: ys.map((y) => (y === undefined ? undefined : isDrawn(y) ? y : null)) };
  });
  const names = lines.map(({ name }) => name);
  const marks = xs.filter((_, index) => lines.some(({ ys }) => typeof ys[index] === "string")).slice(0, 1);
  return html`
    <ul class="legend small">
      ${drawn.map(({ name, stroke, dash }) => html`<li key=${name}><span class=${`key of${stroke} ${dash ? "dashed" : ""}`} aria-hidden="true"></span>${name}</li>`)}
    </ul>
    <${Curve} xs=${xs} lines=${drawn} marks=${marks} best=${best} scale=${scale} height=${320} label=${`${names.join(", ")} by update, from ${whole(xs[0])} to ${whole(xs.at(-1))}.`} />
    <figcaption class="small soft">
      By update.${" "}${drawn.map(({ name, ys }) => html`<span key=${name}>${name}: ${shortOrNone(ys.find(isNumber))} → ${shortOrNone(ys.findLast(isNumber))}. </span>`)}
      ${marks.length > 0 && "×: infinite from there on. "}${best && `◆ best validation cost: ${short(best[1])} after update ${whole(best[0])}.`}
    </figcaption>
  `;
}

const isNumber = (y) => typeof y === "number";
const shortOrNone = (y) => (y === undefined ? "–" : short(y));

const Numbers = ({ data }) => html`
  <dl class="quantities">
    ${data.map(({ name, value }) => html`<div key=${name}><dt>${name}</dt><dd>${isWord(value) ? wordOf(value) : html`<${Num} value=${value} name=${name} />`}</dd></div>`)}
  </dl>
`;

// States and reasons, which are constants of the contract: DIVERGED.
const isWord = (value) => /^[A-Z_]+$/.test(value);
const wordOf = (value) => (value === NONE ? "–" : value[0] + value.slice(1).toLowerCase().replaceAll("_", " "));

const ROWS = 8;

const Examples = ({ data: { set, outputs } }) => html`
  <div class="scrolled" tabindex="0" role="group" aria-label="Examples">
    <table class="lesson-examples">
      <thead>
        <tr><th>Example</th>${set.examples[0].inputs.map((_, index) => html`<th key=${index}>Input ${index + 1}</th>`)}<th>Target</th><th>Output</th></tr>
      </thead>
      <tbody>
        ${set.examples.slice(0, ROWS).map(
          ({ inputs, targets }, index) => html`
            <tr key=${index}>
              <td>${index + 1}</td>
              ${inputs.map((value, input) => html`<td key=${input}><${Num} value=${value} /></td>`)}
              <td>${targets.map((value) => html`<${Num} value=${value} /> `)}</td>
              <td>${outputs[index].map((value) => html`<${Num} value=${value} name="output" /> `)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  </div>
  ${set.examples.length > ROWS && html`<figcaption class="small soft">The first ${ROWS} of ${set.examples.length} examples.</figcaption>`}
`;

// While the outputs for the next update load, those of the last one stay.
function SurfaceOf({ data: { network, set, update } }) {
  const { answer } = useAnswer(`${network.network} ${update}`, (signal) => valuesAround(network, set, update, signal));
  return html`<${Surface} network=${network} set=${set} around=${answer} />`;
}

const VIEWS = {
  "show picture": PictureOf,
  "show curve": CurveOf,
  "show numbers": Numbers,
  "show examples": Examples,
  "show surface": SurfaceOf,
  "show batches": Batches,
};
