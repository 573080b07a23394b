// Tables of weights with bars, layer by layer; large layers are shown in part.
import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { largest } from "../shared/interval.js";
import { Num } from "../shared/number_view.js";
import { short } from "../shared/number_format.js";
import { keyOf } from "../shared/parameters.js";
import { digitsOf } from "../shared/state.js";
import { layerName, parameterName, unitName } from "../shared/unit_names.js";

const UNITS = 8;
const INPUTS = 6;
const STEPS = [1, 2, 5];

export const WeightTables = ({ network, layers }) => html`
  <div class="layers" tabindex="0">
    ${layers.map((layer, index) => html`<${Layer} key=${index} network=${network} layer=${layer} number=${index + 1} />`)}
  </div>
`;

// The value of a full bar. It only grows, so that bars move only if weights do.
function useScale({ weights, biases }) {
  const scale = useRef(1);
  const most = Math.max(largest(weights), largest(biases));
  for (let power = 1; scale.current < most; power *= 10) {
    const next = STEPS.map((step) => step * power).find((step) => step >= most) ?? scale.current;
    scale.current = Math.min(next, Number.MAX_VALUE);
  }
  return scale.current;
}

function Layer({ network, layer, number }) {
  const scale = useScale(layer);
  const digits = digitsOf([layer]);
  const { units, inputs, weights, biases } = layer;
  const columns = Math.min(inputs, INPUTS);
  const rows = Math.min(units, UNITS);
  const isPart = columns < inputs || rows < units;
  const cell = (parameter, value) => html`<${Weight} key=${keyOf(parameter)} name=${parameterName(network, parameter)} parameter=${parameter} value=${value} scale=${scale} digits=${digits} />`;
  return html`
    <div class="layer">
      <table>
        <caption>
          Weights into the ${layerName(network, number)} <span class="soft">${units} × ${inputs}${isPart ? `, first ${rows} × ${columns} shown` : ""}. Full bar: ±${short(scale)}.</span>
        </caption>
        <thead>
          <tr>
            <td></td>
            ${Array.from({ length: columns }, (_, input) => html`<th scope="col" key=${input}>${unitName(network, number - 1, input)}</th>`)}
            ${biases.length > 0 && html`<th scope="col">Bias</th>`}
          </tr>
        </thead>
        <tbody>
          ${Array.from(
            { length: rows },
            (_, unit) => html`
              <tr key=${unit}>
                <th scope="row">${unitName(network, number, unit)}</th>
                ${Array.from({ length: columns }, (_, input) => cell({ layer: number, unit, input }, weights[unit * inputs + input]))}
                ${biases.length > 0 && cell({ layer: number, unit }, biases[unit])}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function Weight({ name, parameter, value, scale, digits }) {
  const share = Math.min(Math.abs(value) / scale, 1) * 50;
  const isNegative = value < 0;
  return html`
    <td class="weight" data-weight=${keyOf(parameter)}>
      <${Num} value=${value} name=${name} digits=${digits} />
      <span class="beam" aria-hidden="true">
        <span
          class=${isNegative ? "negative" : "positive"}
          style=${{ left: `${isNegative ? 50 - share : 50}%`, width: `${share}%` }}
        ></span>
      </span>
    </td>
  `;
}
