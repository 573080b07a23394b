// The numbers of the units of a layer as a table: those behind the picture of a large network.
import { useState } from "preact/hooks";
import { Held } from "../shared/held.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { go } from "../shared/place.js";
import { layerName, unitName } from "../shared/unit_names.js";

const [FEW, MOST] = [10, 32]; // units, at first and on request: each step draws them again

const VECTORS = { z: ["LOGIT", "logits"], a: ["ACTIVATION", "activations"], δ: ["DELTA", "deltas"] };

export function UnitTable({ network, moment: { example, known, lit } }) {
  const layer = lit.layer ?? network.layerSizes.length - 1;
  const [most, setMost] = useState(FEW);
  const count = network.layerSizes[layer];
  const name = layerName(network, layer);
  const valueOf = (symbol, unit) => {
    const [role, vectors] = VECTORS[symbol];
    return known(role, layer, unit) ? example[vectors][layer - 1].values[unit] : undefined;
  };
  return html`
    <table class="units">
      <caption>${name.charAt(0).toUpperCase() + name.slice(1)} <span class="soft small">${count > most && `first ${most} of ${count}`}</span></caption>
      <thead><tr><th>Unit</th>${Object.keys(VECTORS).map((symbol) => html`<th key=${symbol}>${symbol}</th>`)}</tr></thead>
      <tbody>
        ${Array.from(
          { length: Math.min(count, most) },
          (_, unit) => html`<${Held} of=${Row} key=${unit} ...${{ network, layer, unit, z: valueOf("z", unit), a: valueOf("a", unit), δ: valueOf("δ", unit) }} />`,
        )}
      </tbody>
    </table>
    ${count > most && most < MOST && html`<button type="button" onClick=${() => setMost(MOST)}>Show ${Math.min(count, MOST) - most} more</button>`}
  `;
}

const Row = ({ network, layer, unit, ...numbers }) => html`
  <tr>
    <th scope="row"><button class="link" title="Show its connections" onClick=${() => go({ unit: `${layer}.${unit}`, weight: undefined })}>${unitName(network, layer, unit)}</button></th>
    ${Object.keys(VECTORS).map((symbol) => html`<td key=${symbol}><${Num} value=${numbers[symbol]} name=${symbol} /></td>`)}
  </tr>
`;
