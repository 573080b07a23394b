// The projection: examples as points of the plane on which the activations of a layer differ most, coloured by class.
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { post } from "../shared/api.js";
import { AsNumbers } from "../shared/as_numbers.js";
import { classNames } from "../shared/class_names.js";
import { html } from "../shared/html.js";
import { isRunning } from "../shared/live_state.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { layerName } from "../shared/unit_names.js";
import { isChosen } from "./choice.js";
import { markOf } from "./marks.js";
import { PlaneCanvas } from "./plane_canvas.js";
import { PlaneExample } from "./plane_example.js";

const MOST_CLASSES = 20; // in the legend
const [FEWEST, MOST] = [100, 500]; // examples
const WORK = 1e8; // multiplications for a frame, which take about 30 ms

// Which plane is shown: that of the address. At first that of the last hidden layer; while a run goes on, the axes are
// those of each update, then those of its last one, so that points move and not axes.
export function planeOf(network, run, latest, { layer, axes }) {
  if (!network || network.layerSizes[0] < 3) return null;
  const last = network.layerSizes.length - 1;
  const usual = isRunning(run) ? undefined : latest;
  return { layer: layer <= last ? layer : last - 1, axesUpdate: axes <= latest ? axes : usual };
}

// The projection of a set at an update: of fewer examples for a large network, so that a film has many frames.
export function projectionOf({ network, layerSizes }, set, update, { layer, axesUpdate }, signal) {
  const weights = layerSizes.slice(1).reduce((sum, size, index) => sum + size * layerSizes[index], 0);
  const exampleCount = Math.min(Math.max(Math.floor(WORK / weights), FEWEST), MOST);
  return post(`networks/${network}:projectExamples`, { update, trainingSet: set.trainingSet, layer, axesUpdate, exampleCount }, signal);
}

// `projection` is from projectionOf for `plane`; `choice` are the examples in the gallery, and `followed` is the index of
// the one that is followed.
export function Projection({ network, set, at, latest, plane, projection, choice, followed }) {
  const [pointed, setPointed] = useState(null); // the place of an example in the projection
  const [lit, setLit] = useState(null); // a class of the legend
  const { layer, axesUpdate } = plane;
  // Where the points are at the update of the axes: all updates have its scale.
  const { answer: framing } = useAnswer(`${set.uid} ${layer} ${axesUpdate}`, (signal) => (axesUpdate === undefined ? null : projectionOf(network, set, axesUpdate, plane, signal)));
  useEffect(() => setPointed(null), [layer, set.uid]);
  const points = projection?.examples ?? [];
  const pinned = points.findIndex(({ example }) => Number(example) === followed);
  const setPinned = (place) => go({ point: place === null ? undefined : Number(points[place].example) });
  const isClassified = points[0]?.trueClass !== undefined;
  const names = isClassified ? classNames(network, set) : [];
  const isShown = (point) => (lit === null ? isChosen(choice, point) : point.trueClass === lit);
  const chosen = pointed ?? (pinned < 0 ? null : pinned);
  return html`
    <section class="panel projection" aria-label="Projection">
      <h3>Projection ${projection && html`<span class="small soft">of ${whole(points.length)} examples</span>`}</h3>
      <${Controls} ...${{ network, at, latest, plane }} />
      <${PlaneCanvas} ...${{ points, names, isShown, frame: framing?.examples, frameKey: `${layer} ${axesUpdate}`, pointed: chosen, setPointed, setPinned }} />
      ${isClassified && html`<${Legend} names=${names} lit=${lit} setLit=${setLit} />`}
      ${projection && html`<p class="small soft">${sharesText(network, layer, projection)}</p>`}
      <${PlaneExample} ...${{ network, set, update: projection?.update, point: points[chosen], names }} />
      <${AsNumbers} label="Points" titles=${["Example", "x", "y", ...(names.length ? ["Class", "Predicted"] : [])]} rowsOf=${() => points.map((point) => rowOf(point, names))} />
    </section>
  `;
}

function Controls({ network, at, latest, plane: { layer, axesUpdate } }) {
  return html`
    <div class="choice">
      <label class="small"
        >Layer${" "}
        <select value=${layer} onChange=${(event) => go({ layer: Number(event.target.value) })}>
          ${network.layerSizes.map((size, index) => html`<option key=${index} value=${index}>${layerName(network, index)} (${size})</option>`)}
        </select>
      </label>
      ${layer > 0 &&
      html`<span class="small"
        ><span class="soft">${axesUpdate === undefined ? "Axes of each update" : `Axes of update ${whole(axesUpdate)}`}</span>${" "}
        ${axesUpdate !== at && html`<button type="button" class="link" onClick=${() => go({ axes: at === latest ? undefined : at })}>Use update ${whole(at)}</button>`}</span
      >`}
    </div>
  `;
}

const Legend = ({ names, lit, setLit }) => html`
  <ul class="legend-of-classes small" aria-label="Classes">
    ${names.slice(0, MOST_CLASSES).map((name, index) => {
      const { sign, colour } = markOf(names, index);
      return html`
        <li key=${index}>
          <button type="button" aria-pressed=${lit === index} title=${`Only class ${name}`} onClick=${() => setLit(lit === index ? null : index)}>
            <span style=${`color: var(${colour})`} aria-hidden="true">${sign}</span>${sign !== name && html` ${name}`}${sign === name && html`<span class="unseen">${name}</span>`}
          </button>
        </li>
      `;
    })}
    ${names.length > MOST_CLASSES && html`<li class="soft">… ${names.length - MOST_CLASSES} more</li>`}
    <li class="soft"><span class="ring" aria-hidden="true">○</span> classified wrong</li>
  </ul>
`;

function sharesText(network, layer, { varianceShares: [first, second] }) {
  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
  return `The two directions in which the ${layer ? "activations" : "inputs"} differ most, with ${percent(first)} and ${percent(second)} of the variance.`;
}

// A row of the table of points.
const rowOf = ({ example, x, y, trueClass, predictedClass }, names) => [whole(Number(example) + 1), x, y, ...(names.length ? [names[trueClass], names[predictedClass]] : [])];
