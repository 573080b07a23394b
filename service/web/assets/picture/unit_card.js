// One unit of the first layer, if its inputs are an image: at what it looks, and where it leads.
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { unitName } from "../shared/unit_names.js";
import { WeightImage } from "./weight_image.js";

const SIDE = 112; // pixels
const MOST = 3; // weights

// `layers` are those of the network; without a unit, a hint is in its place.
export function UnitCard({ network, layers, unit, image, scale }) {
  if (unit === undefined) return html`<p class="unit-card small soft">Point at an image: it shows at which part of the inputs the unit looks. Click to keep it.</p>`;
  const name = unitName(network, 1, unit);
  return html`
    <div class="unit-card small">
      <${WeightImage} shape=${image} layer=${layers[0]} unit=${unit} scale=${scale} side=${SIDE} label=${`Weights into ${name} as an image`} />
      <div>
        <p><strong>${name}</strong> looks where the colours are strong. Bright pixels raise its logit where they are blue, and lower it where they are orange.</p>
        ${layers.length > 1 && html`<${Leads} network=${network} layer=${layers[1]} unit=${unit} />`}
      </div>
    </div>
  `;
}

// The largest weights out of the unit.
function Leads({ network, layer: { units, inputs, weights }, unit }) {
  const all = Array.from({ length: units }, (_, to) => ({ to, value: weights[to * inputs + unit] }));
  const largest = all.sort((one, other) => Math.abs(other.value) - Math.abs(one.value)).slice(0, MOST);
  return html`
    <p>
      <span class="soft">Strongest weights to:</span>
      ${largest.map(({ to, value }) => html`<span key=${to} class="lead">${unitName(network, 2, to)} <${Num} value=${value} name="weight" /></span>`)}
    </p>
  `;
}
