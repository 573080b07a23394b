// Why the network gives an example one class and not another one: what the units below the outputs add to their logits.
import { WeightImage } from "../picture/weight_image.js";
import { useAnswer } from "../shared/answers.js";
import { post } from "../shared/api.js";
import { rowsOf } from "../shared/columns.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { go } from "../shared/place.js";
import { layerName, unitName } from "../shared/unit_names.js";
import { rival, strongest } from "./reasoning.js";

// `item` is an example of an evaluation at `update`, `known` are its numbers, `names` those of the classes. `layers` are the
// weights.
export function Reasons({ network, set, update, item, known, names, layers }) {
  const { answer: terms } = useAnswer(`${update} ${item.example}`, (signal) => contributions(network, set, update, known.inputs, signal));
  return html`<${ReasonTable} ...${{ network, set, item, outputs: known.outputs, names, layers, terms }} />`;
}

// `terms` are, for each output, what each unit adds to its logit, and last the bias; null until they are there.
export function ReasonTable({ network, set, item, outputs, names, layers, terms }) {
  const is = item.predictedClass;
  const not = rival(item, outputs);
  const below = network.layerSizes.length - 2;
  const added = network.layerSizes.at(-1) === 1 ? ["the logit"] : [names[is], names[not]];
  const units = terms ? strongest(terms, is, not) : [];
  return html`
    <div class="reasons small">
      <table>
        <caption>Units that raise ${names[is]} most above ${names[not]}:</caption>
        <thead><tr><th scope="col">Unit</th>${added.map((name) => html`<th scope="col" key=${name}>adds to ${name}</th>`)}</tr></thead>
        <tbody>
          ${units.map(
            ({ unit, values }) => html`<tr key=${unit}>
              <th scope="row"><${Unit} ...${{ network, set, layers, unit, layer: below }} /></th>
              ${values.map((value, index) => html`<td key=${index}><${Num} value=${value} name=${`contribution to ${added[index]}`} /></td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
      <p class="soft">
        ${added.length === 1 ? `The sum over all units is positive for ${names[1]}.` : "The class with the largest sum over all units wins."}
        ${" "}<${Inside} ...${item} unit=${units.length && below > 0 ? `${below}.${units[0].unit}` : undefined} />
      </p>
    </div>
  `;
}

async function contributions(network, set, update, inputs, signal) {
  const { predictions } = await post(`networks/${network.network}:predict`, { update, contributions: true, ...rowsOf(network, set, [inputs]) }, signal);
  return predictions[0].contributions.map(({ values }) => values);
}

// The name of a unit, with its weights if they are an image. Beyond the last unit is the bias.
function Unit({ network, set, layers, unit, layer }) {
  if (unit === network.layerSizes[layer]) return "bias";
  const name = unitName(network, layer, unit);
  if (layer === 0) return name;
  const isImage = set.imageShape && layer === 1 && layers.length > 0;
  return html`
    ${isImage && html`<${WeightImage} shape=${set.imageShape} layer=${layers[0]} unit=${unit} side=${40} label=${`Weights into ${name}`} />`}
    <button type="button" class="link" title=${`Show its weights from the ${layerName(network, layer - 1)}`} onClick=${() => showUnit(`${layer}.${unit}`)}>${name}</button>
  `;
}

function showUnit(unit) {
  go({ unit, weight: undefined });
  document.querySelector(".weights")?.scrollIntoView({ block: "nearest" });
}

function Inside({ trainedUpdate, trainedPosition, unit }) {
  if (trainedUpdate === undefined) return null;
  const update = Number(trainedUpdate);
  const open = () => go({ mode: "look", update, position: trainedPosition ?? 0, step: undefined, weight: undefined, unit });
  return html`<button type="button" class="link" onClick=${open}>Look inside update ${whole(update)}</button>`;
}
