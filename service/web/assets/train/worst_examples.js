// The examples with the largest costs at an update; those of images as images, with what they are and the answer.
import { useRef } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { post } from "../shared/api.js";
import { classNameOf, outputsOf, rowsOf } from "../shared/columns.js";
import { html } from "../shared/html.js";
import { ExampleImage } from "../shared/images.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { examplesAt } from "../shared/training_set.js";
import { unitNames } from "../shared/unit_names.js";

const MOST = 5;
const MOST_IMAGES = 10;
const MOST_KEPT = 200;

// `worst` are those of an evaluation of `set` at an update.
export function WorstExamples({ network, set, update, worst }) {
  const items = worst.slice(0, set.imageShape ? MOST_IMAGES : MOST);
  const known = useExamples(network, set, update, set.imageShape ? items : []);
  if (!items.length) return null;
  const isTrained = ({ trainedUpdate }) => trainedUpdate !== undefined;
  return html`
    <div class=${set.imageShape ? "small worst of-images" : "small worst"}>
      <p class="soft" id="worst">Largest costs:</p>
      <ol aria-labelledby="worst">
        ${items.map(
          (each) => html`
            <li key=${each.example}>
              ${set.imageShape && html`<${Picture} set=${set} item=${each} known=${known?.get(each.example)} />`}
              <span>
                <${Worst} ...${each} />
                ${set.imageShape && html`<br /><${Answer} network=${network} set=${set} known=${known?.get(each.example)} />`}
              </span>
            </li>
          `,
        )}
      </ol>
      ${!items.every(isTrained) && html`<p class="soft">No update trained on the examples without a link.</p>`}
    </div>
  `;
}

// The name and cost of an example; a button opens the update that trained on it.
function Worst({ example, cost, trainedUpdate, trainedPosition }) {
  const name = nameOf(example);
  const open = () => go({ mode: "look", update: Number(trainedUpdate), position: trainedPosition, step: undefined, weight: undefined, unit: undefined }, { push: true });
  return html`${trainedUpdate === undefined ? name : html`<button type="button" class="link" title=${`Look inside update ${trainedUpdate}, the latest that trained on this example`} onClick=${open}>${name}</button>`}${" "}(<${Num} value=${cost} name="cost" />)`;
}

const nameOf = (example) => `example ${whole(Number(example) + 1)}`;

function Picture({ set, item: { example }, known }) {
  if (!known) return html`<span class="example-image empty" style=${`--columns:${set.imageShape.width};--rows:${set.imageShape.height}`}></span>`;
  return html`<${ExampleImage} shape=${set.imageShape} values=${known.inputs} range=${set.range} name=${nameOf(example)} />`;
}

// The class of an example and that of the largest output.
function Answer({ network, set, known }) {
  const is = known && classNameOf(set, known.targets);
  if (!is || !known.outputs) return html`<span class="soft">${is ?? ""}</span>`;
  const largest = known.outputs.reduce((best, value, place, all) => (value > all[best] ? place : best), 0);
  const answer = unitNames(network).outputs[largest] ?? `output ${largest + 1}`;
  return html`<strong>${is}</strong>, ${answer === is ? "as answered" : html`answered <strong class="miss">${answer}</strong>`} <span class="soft">(<${Num} value=${known.outputs[largest]} name="largest output" />)</span>`;
}

// The examples of `items` by their indices, with their outputs at the update; null until they are there.
function useExamples(network, set, update, items) {
  const kept = useRef(new Map());
  const indices = items.map(({ example }) => example);
  const { answer } = useAnswer(indices.length ? `${set.uid} ${update} ${indices}` : null, async (signal) => {
    const missing = indices.filter((index) => !kept.current.has(index));
    if (kept.current.size > MOST_KEPT) kept.current = new Map(indices.filter((index) => kept.current.has(index)).map((index) => [index, kept.current.get(index)]));
    if (missing.length) (await examplesAt(set, missing)).forEach((example, place) => kept.current.set(missing[place], example));
    const examples = indices.map((index) => kept.current.get(index));
    const rows = rowsOf(network, set, examples.map(({ inputs }) => inputs));
    const outputs = outputsOf((await post(`networks/${network.network}:predict`, { update, ...rows }, signal)).predictions);
    return new Map(indices.map((index, place) => [index, { ...examples[place], outputs: outputs[place] }]));
  });
  return answer;
}
