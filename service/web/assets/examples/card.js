// One example of the gallery: what it is, what the network answers, and the way to its trace.
import { useState } from "preact/hooks";
import { valuesOf } from "../shared/columns.js";
import { html } from "../shared/html.js";
import { ExampleImage } from "../shared/images.js";
import { whole } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { Numbers, rangeOf, Targets, Value } from "../shared/output.js";
import { Outputs } from "../shared/outputs.js";
import { go } from "../shared/place.js";
import { exampleName } from "./known_examples.js";
import { Reasons } from "./reasons.js";

const MOST_VALUES = 6;

// `item` is an example of an evaluation; `known` are its numbers, undefined until they are there; `names` are those of
// the outputs, `ofClasses` those of the classes. `layers` are the weights at `update`.
export function ExampleCard({ network, set, update, item, known, names, ofClasses, layers }) {
  const [isAsked, setAsked] = useState(false);
  const name = exampleName(item.example, whole);
  const hasReasons = known && item.trueClass !== undefined && item.predictedClass !== undefined;
  return html`
    <li class=${isAsked ? "asked" : ""}>
      <${Inputs} set=${set} known=${known} name=${name} />
      <div>
        <p class="answer"><${Answer} set=${set} item=${item} known=${known} names=${ofClasses} /></p>
        ${known && html`<${Answered} ...${{ network, item, known, names }} />`}
        <p class="small way"><${Way} ...${item} name=${name} /></p>
        ${item.activation !== undefined && html`<p class="small way"><span class="soft">activation <${Num} value=${item.activation} name="activation" /></span></p>`}
        <p class="small way"><span class="soft">cost <${Num} value=${item.cost} name="cost" /></span>${hasReasons && html`<${Why} ...${{ name, isAsked, setAsked }} />`}</p>
      </div>
      ${isAsked && hasReasons && html`<${Reasons} ...${{ network, set, update, item, known, names: ofClasses, layers }} />`}
    </li>
  `;
}

function Inputs({ set, known, name }) {
  if (set.imageShape) {
    if (!known) return html`<span class="example-image empty" style=${`--columns:${set.imageShape.width};--rows:${set.imageShape.height}`}></span>`;
    return html`<${ExampleImage} shape=${set.imageShape} values=${known.inputs} range=${set.range} name=${name} />`;
  }
  if (!known) return html`<div class="values"></div>`;
  if (!set.table) return html`<p class="values"><${Numbers} values=${known.inputs} /></p>`;
  const values = valuesOf(set.table, known.inputs);
  return html`
    <dl class="values small">
      ${values.slice(0, MOST_VALUES).map((each) => html`<div key=${each.name}><dt class="soft">${each.name}</dt><dd><${Value} value=${each.value} /></dd></div>`)}
      ${values.length > MOST_VALUES && html`<div class="soft">… ${values.length - MOST_VALUES} more</div>`}
    </dl>
  `;
}

// The class and the predicted one; for other targets, these.
function Answer({ set, item: { trueClass, predictedClass, correct }, known, names }) {
  if (trueClass === undefined) {
    const targets = known && html`<${Targets} set=${set} values=${known.targets} />`;
    return html`<span class="small soft">${set.targetCount > 1 ? "Targets" : "Target"}</span> ${targets} ${correct === false && html`<span class="miss small">✗ wrong</span>`}`;
  }
  const nameOf = (index) => names[index] ?? String(index);
  if (correct) return html`<strong>${nameOf(trueClass)}</strong> <span class="hit small">✓ predicted</span>`;
  const predicted = predictedClass === undefined ? "no class" : nameOf(predictedClass);
  return html`<strong>${nameOf(trueClass)}</strong> <span class="miss small">✗ predicted as <strong>${predicted}</strong></span>`;
}

// The outputs: bars between bounds, or beside numbers, numbers.
function Answered({ network, item, known: { outputs, targets }, names }) {
  const range = rangeOf(network);
  if (item.trueClass !== undefined || range.isBounded) return html`<${Outputs} names=${names} values=${outputs} targets=${targets} range=${range} />`;
  return html`<p><span class="small soft">${outputs.length > 1 ? "Outputs" : "Output"}</span> <${Numbers} values=${outputs} /></p>`;
}

const Why = ({ name, isAsked, setAsked }) => html`
  <button type="button" class="link small why" title="Show which units lead to this answer" aria-expanded=${isAsked} onClick=${() => setAsked(!isAsked)}>Why?<span class="unseen"> ${name}</span></button>
`;

// Opens the latest update that trained on the example.
function Way({ name, trainedUpdate, trainedPosition }) {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  if (trainedUpdate === undefined) return title;
  const open = () => go({ mode: "look", update: Number(trainedUpdate), position: trainedPosition ?? 0, step: undefined, weight: undefined, unit: undefined });
  return html`<button type="button" class="link" title=${`Look inside update ${trainedUpdate}, the latest that trained on this example`} onClick=${open}>${title}</button>`;
}
