// One unit of a layer: at what it looks, and where it leads.
import { showExamples } from "../examples/show_examples.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { digitsOf } from "../shared/state.js";
import { layerName, unitName } from "../shared/unit_names.js";
import { WeightImage } from "./weight_image.js";

const SIDE = 112; // pixels
const MOST = 3; // weights

// `layers` are those of the network, `number` is that of the unit's layer. `image` is the shape of the inputs, if the weights
// into the layer are images; without a unit, a hint is in its place.
export function UnitCard({ network, layers, number, unit, image }) {
  if (unit === undefined) return image ? html`<p class="unit-card of-image small soft">Point at an image: it shows at which part of the inputs the unit looks. Click to keep it.</p>` : null;
  const name = unitName(network, number, unit);
  const into = ({ inputs, weights }) => Array.from({ length: inputs }, (_, from) => ({ unit: from, value: weights[unit * inputs + from] }));
  const outOf = ({ units, inputs, weights }) => Array.from({ length: units }, (_, to) => ({ unit: to, value: weights[to * inputs + unit] }));
  const [layer, next] = [layers[number - 1], layers[number]];
  const digits = digitsOf(layers);
  return html`
    <div class=${`unit-card small${image ? " of-image" : ""}`}>
      ${image && html`<${WeightImage} shape=${image} layer=${layer} unit=${unit} side=${SIDE} label=${`Weights into ${name} as an image`} />`}
      <div>
        <p><strong>${name}</strong>${image && " looks where the colours are strong. Bright pixels raise its logit where they are blue, and lower it where they are orange. Its largest weight has the full colour."}</p>
        ${!image && html`<${Largest} network=${network} way="from" layer=${number - 1} weights=${into(layer)} digits=${digits} />`}
        ${next && html`<${Largest} network=${network} way="to" layer=${number + 1} weights=${outOf(next)} digits=${digits} />`}
        <p><button type="button" class="link" onClick=${() => showExamples({ unit: `${number}.${unit}`, order: "active" })}>Show the examples for which it is most active</button></p>
      </div>
    </div>
  `;
}

function Largest({ network, way, layer, weights, digits }) {
  const largest = weights.sort((one, other) => Math.abs(other.value) - Math.abs(one.value)).slice(0, MOST);
  return html`
    <p>
      <span class="soft">Strongest weights ${way} the ${layerName(network, layer)}:</span>
      ${largest.map(({ unit, value }) => html`<span key=${unit} class="lead">${unitName(network, layer, unit)} <${Num} value=${value} name="weight" digits=${digits} /></span>`)}
    </p>
  `;
}
