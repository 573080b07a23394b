// The gallery: the examples with the largest costs at an update, or those for which a unit is most active; of all, of a
// class, or of a cell of the confusion matrix.
import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { outputNames, classNames } from "../shared/class_names.js";
import { go } from "../shared/place.js";
import { unitName } from "../shared/unit_names.js";
import { ExampleCard } from "./card.js";
import { activeUnit, ALL, isHeldOut } from "./choice.js";
import { useExamples } from "./known_examples.js";

export const FEW = 8; // examples that are shown at first
const MOST = 500;

// `measured` is an evaluation of `set` at an update, with the examples of `choice`; `layers` are its weights.
export function Gallery({ network, run, choice, unit, most, setMost, ...latest }) {
  const { set, layers, update, measured, known } = useKnown(network, latest);
  const { worstExamples: items = [], matchingCount, classification, correctCount } = measured;
  const names = outputNames(network, set);
  const ofClasses = classNames(network, set);
  const count = Number(matchingCount);
  const active = activeUnit(unit);
  const isTrained = ({ trainedUpdate }) => trainedUpdate !== undefined;
  return html`
    <section class="panel gallery" aria-label="Examples">
      <h3>Examples <span class="small soft">${choice.active ? "most active" : "largest costs"} first</span></h3>
      ${(correctCount !== undefined || active) &&
      html`<${Choice} choice=${choice} names=${classification && ofClasses} hasWrong=${correctCount !== undefined} active=${active && unitName(network, active.layer, active.unit)} />`}
      <p class="small soft" aria-live="polite">${countText(count, items.length)}</p>
      <ol class=${set.imageShape ? "of-images" : ""} aria-label=${`Examples with the largest ${choice.active ? "activations" : "costs"}`}>
        ${items.map((item) => html`<${ExampleCard} key=${item.example} ...${{ network, set, update, item, names, ofClasses, layers }} known=${known?.get(item.example)} />`)}
      </ol>
      ${items.length < Math.min(count, MOST) && html`<button type="button" onClick=${() => setMost(Math.min(most * 3, MOST))}>Show more</button>`}
      ${!items.every(isTrained) && html`<p class="small soft">${isHeldOut(run) ? "Held-out examples have no link: no update trained on them." : "No update trained on the examples without a link."}</p>`}
    </section>
  `;
}

// While an update follows the other, the latest evaluation whose examples are there: no card is empty in between.
function useKnown(network, latest) {
  const { set, update, measured } = latest;
  const indices = (measured.worstExamples ?? []).map(({ example }) => example);
  const known = useExamples(network, set, update, indices);
  const shown = useRef(null);
  if (!shown.current || indices.every((index) => known?.has(index))) shown.current = { ...latest, known };
  return shown.current;
}

// `names` are those of the classes, if there are classes; `active` is the name of the chosen unit.
function Choice({ choice, names, hasWrong, active }) {
  const isAll = choice.class === undefined && choice.predicted === undefined && !choice.wrong && !choice.active;
  return html`
    <div class="choice">
      ${names &&
      html`
        <${ClassField} label="Class" name="class" value=${choice.class} names=${names} />
        <${ClassField} label="Predicted" name="predicted" value=${choice.predicted} names=${names} />
      `}
      ${hasWrong && html`<label class="check"><input type="checkbox" checked=${Boolean(choice.wrong)} onChange=${(event) => go({ wrong: event.target.checked ? 1 : undefined })} /> Only wrong</label>`}
      ${active && html`<label class="check"><input type="checkbox" checked=${Boolean(choice.active)} onChange=${(event) => go({ order: event.target.checked ? "active" : undefined })} /> Most active first: ${active}</label>`}
      ${!isAll && html`<button type="button" class="link" onClick=${() => go(ALL)}>Show all</button>`}
    </div>
  `;
}

const ClassField = ({ label, name, value, names }) => html`
  <label class="small"
    >${label}${" "}
    <select value=${value ?? ""} onChange=${(event) => go({ [name]: event.target.value === "" ? undefined : Number(event.target.value) })}>
      <option value="">any</option>
      ${names.map((each, index) => html`<option key=${index} value=${index}>${each}</option>`)}
    </select>
  </label>
`;

function countText(count, shown) {
  if (!count) return "There is no such example.";
  const all = count === 1 ? "1 example" : `${whole(count)} examples`;
  return shown < count ? `${whole(shown)} of ${all}` : all;
}
