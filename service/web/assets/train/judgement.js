// The evaluation on the whole training set: its cost, which classes are confused, how far off numbers are.
import { isHeldOut, PARTS } from "../examples/choice.js";
import { Confusion } from "../examples/confusion.js";
import { classNames } from "../shared/class_names.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { unitNames } from "../shared/unit_names.js";
import { Residuals } from "./residuals.js";

const MOST_OUTPUTS = 12; // more do not fit; `clearprop evaluate --details` has all

// Fields of the contract and their names.
const RATES = Object.entries({ precision: "Precision", recall: "Recall", f1: "F1" });
const ERRORS = Object.entries({ mae: "MAE", rmse: "RMSE", r2: "R²" });

// `measured` is from useShown; `choice` are the examples in the gallery.
export function Evaluation({ network, run, set, measured, choice }) {
  const { all, outputs } = measured ?? {};
  return html`
    <section class="panel evaluation" aria-label="Evaluation">
      <h3>Evaluation <span class="small soft">of the training set ${set.trainingSet}</span></h3>
      ${isHeldOut(run) && html`<${Part} value=${choice.of} />`}
      <p class="small whole-set">
        ${countText(Number(all?.exampleCount ?? set.exampleCount), Number(set.exampleCount))}: cost <${Num} value=${all?.cost} name="cost" />
        ${all?.correctCount !== undefined && html`<span>, ${whole(all.correctCount)} correct</span>`}
      </p>
      ${all && html`<${Judgement} ...${{ network, set, outputs, choice }} measured=${all} />`}
    </section>
  `;
}

const countText = (count, all) => (count === 1 ? "1 example" : `${count === all ? "All " : ""}${whole(count)} examples`);

// Which examples are evaluated, and in the gallery.
const Part = ({ value }) => html`
  <label class="small"
    >Examples${" "}
    <select value=${value ?? ""} onChange=${(event) => go({ of: event.target.value || undefined })}>
      <option value="">all</option>
      ${Object.entries(PARTS).map(([of, name]) => html`<option key=${of} value=${of}>${name}</option>`)}
    </select>
  </label>
`;

// `outputs` are those for the examples of the set, which are none of a large one.
function Judgement({ network, set, measured, outputs, choice }) {
  const { classification, errors = [], labels = [] } = measured;
  const named = unitNames(network).outputs;
  return html`
    <div class="judgement">
      ${classification && html`<${Confusion} classification=${classification} names=${classNames(network, set)} choice=${choice} /><${Averages} ...${classification} />`}
      ${labels.length > 0 && html`<${Outputs} caption="Each output as a label of its own" measures=${RATES} named=${named} items=${labels.slice(0, MOST_OUTPUTS)} />`}
      ${errors.length > 0 && html`<${Outputs} caption="Errors of each output (mean absolute, root mean squared) and R²" measures=${ERRORS} named=${named} items=${errors.slice(0, MOST_OUTPUTS)} />
      <${Residuals} examples=${set.examples} outputs=${outputs} />`}
    </div>
  `;
}

function Averages({ macroAverage, logLoss }) {
  return html`
    <div class="small averages">
      <p class="soft" id="averages">Mean of the classes:</p>
      <dl aria-labelledby="averages">
        ${RATES.map(([field, name]) => html`<div key=${field}><dt>${name}</dt><dd><${Num} value=${macroAverage[field]} name=${name} /></dd></div>`)}
        ${logLoss !== undefined && html`<div><dt>Log loss</dt><dd><${Num} value=${logLoss} name="log loss" /></dd></div>`}
      </dl>
    </div>
  `;
}

// A column for each output, because the panel is narrow; a measure that is undefined is a dash.
function Outputs({ caption, measures, named, items }) {
  return html`
    <div class="outputs" tabindex="0">
      <p class="small soft" id="outputs">${caption}:</p>
      <table aria-labelledby="outputs">
        <thead>
          <tr>
            <th scope="col">Output</th>
            ${items.map((_, index) => html`<th scope="col" key=${index}>${named[index] ?? index + 1}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${measures.map(
            ([field, name]) => html`
              <tr key=${field}>
                <th scope="row">${name}</th>
                ${items.map((item, index) => html`<td key=${index}><${Num} value=${item[field]} name=${name} /></td>`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}
