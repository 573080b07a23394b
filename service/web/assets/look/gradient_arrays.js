// The arrays G, one per layer, as they fill: a row per unit, a column per input.
import { Held } from "../shared/held.js";
import { html } from "../shared/html.js";
import { exact, signed } from "../shared/number_format.js";
import { keyAt, parameterOf } from "../shared/parameters.js";
import { layerName, parameterName } from "../shared/unit_names.js";

const [MOST, ACROSS] = [8, 5]; // an array with more rows, or with more columns, is shown in part
const PART = 5; // rows of the part

export function GradientArrays({ opened, moment }) {
  const { network, trace } = opened;
  const isMean = !moment.mean.isEmpty();
  return html`
    <div class="arrays">
      <h3>
        ${isMean ? html`G/n <span class="soft small">Mean gradient over ${trace.exampleCount} ${trace.exampleCount === 1 ? "example" : "examples"}</span>` : html`G <span class="soft small">Sum of the gradients in the batch</span>`}
      </h3>
      <div class="arrays-row" tabindex="0" role="group" aria-label="Arrays of gradients">
        ${network.layerSizes
          .slice(1)
          .map((_, index) => html`<${GradientArray} key=${index} ...${{ opened, moment, layer: index + 1 }} />`)}
      </div>
    </div>
  `;
}

function GradientArray({ opened, moment, layer }) {
  const { network } = opened;
  const [units, inputs] = [network.layerSizes[layer], network.layerSizes[layer - 1]];
  const isHere = moment.lit.layer === layer;
  // A wide array with few rows is transposed, so that the numbers fit.
  const isTurned = units < inputs;
  const rows = partOf(units, isHere ? moment.step.unit : undefined, isTurned ? ACROSS : MOST);
  const ofInputs = isTurned ? MOST : ACROSS - (network.bias ? 1 : 0);
  const columns = [...partOf(inputs, isHere ? moment.step.input : undefined, ofInputs), ...(network.bias ? [undefined] : [])];
  const isCut = rows.length < units || columns.length < inputs;
  const [down, across] = isTurned ? [columns, rows] : [rows, columns];
  const keyIn = (first, second) => (isTurned ? keyAt(layer, second, first) : keyAt(layer, first, second));
  return html`
    <table class="array">
      <caption class="small soft">${layerName(network, layer)}${isCut && ` (part of ${units} × ${inputs})`}</caption>
      <tbody>
        ${down.map(
          (first) => html`<tr key=${first ?? "b"}>
            ${across.map((second) => html`<${Held} of=${Cell} key=${second ?? "b"} ...${{ network, ...cellOf(moment, keyIn(first, second)) }} />`)}
          </tr>`,
        )}
      </tbody>
    </table>
  `;
}

function cellOf({ mean, sum, zeroed, lit, kind }, name) {
  const value = mean.get(name) ?? sum.get(name) ?? (zeroed ? 0 : undefined);
  const isNow = lit.weights.has(name) && kind !== "FORWARD" && kind !== "DELTAS";
  return { name, value, isNow, what: mean.has(name) ? "mean" : "sum" };
}

function Cell({ network, name, value, isNow, what }) {
  return html`<td
    class=${`num ${isNow ? "lit" : ""} ${what}`}
    data-gradient=${name}
    data-exact=${value === undefined ? undefined : exact(value)}
    title=${`${parameterName(network, parameterOf(name))}: ${value === undefined ? "not computed yet" : exact(value)}`}
  >
    ${value === undefined ? "·" : signed(value)}
  </td>`;
}

function partOf(count, wanted = 0, most = MOST) {
  const length = count > most ? Math.min(PART, most) : count;
  const first = Math.max(0, Math.min(wanted - Math.floor(length / 2), count - length));
  return Array.from({ length }, (_, index) => first + index);
}
