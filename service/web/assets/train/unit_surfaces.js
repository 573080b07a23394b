// The surfaces of all units of a network with two inputs: how hidden units divide the plane, and which weights
// combine them.
import { useMemo, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { largest } from "../shared/interval.js";
import { frameOf } from "../shared/plane.js";
import { useEnlargement } from "../shared/presenting.js";
import { layerName, unitName } from "../shared/unit_names.js";
import { useWidth } from "../shared/width.js";
import { useBlend } from "./blend.js";
import { cellsOf, outputScale, unitScale } from "./plane_values.js";
import { drawSmall } from "./surface_drawing.js";

const MOST_ROWS = 8; // of a larger layer, the first units are shown
const GAP = 6; // pixels between two units
const HEAD = 18; // for the names of layers
const [SMALLEST, LARGEST] = [24, 48]; // the side of a surface
const NARROWEST = 40; // between two layers, for the lines
const WIDTH_OF_LETTER = 6; // pixels

// `around` is from valuesAround, `layers` are the parameters; `chosen` is a hidden unit { layer, unit }, or null.
export function UnitSurfaces({ network, set, around, layers, isMoving, chosen, setChosen }) {
  const [box, width] = useWidth(420);
  const large = useEnlargement();
  const places = useMemo(() => layOut(network.layerSizes, width, large), [network, width, large]);
  const units = places.flat();
  const frame = frameOf(set?.examples ?? []);
  const inputs = useMemo(() => spread(cellsOf(frame)), [set]);
  const surfaces = useMemo(() => around && units.map(({ layer, unit }) => (layer ? around.layers[layer - 1][unit] : inputs[unit])), [around, places, inputs]);
  const canvases = useRef([]);
  useBlend(surfaces, isMoving, (shown) => shown.forEach((values, index) => drawSmall(canvases.current[index], values, scaleOf(network, frame, units[index], values))));
  const height = Math.max(...units.map(({ y, side }) => y + side)) + GAP;
  const hidden = network.layerSizes.length - 2;
  return html`
    <section class="panel units" aria-label="Units">
      <h3>Units <span class="small soft">and what they compute around the examples</span></h3>
      <div class="plane-units" ref=${box} style=${`height:${height}px`}>
        <svg width=${width} height=${height} aria-hidden="true"><${Lines} places=${places} layers=${layers} /></svg>
        ${places.map(([{ x, side, rest }], layer) => html`<span key=${layer} class="plane-layer" style=${`left:${x + side / 2}px`}>${nameFor(network, layer, rest, width / network.layerSizes.length)}</span>`)}
        ${units.map((at, index) => html`<${Unit} key=${`${at.layer}.${at.unit}`} at=${at} network=${network} chosen=${chosen} setChosen=${setChosen} canvas=${(element) => (canvases.current[index] = element)} isButton=${at.layer > 0 && at.layer <= hidden} />`)}
      </div>
      <p class="small soft">Lines: weights, thick if they are large. Click a unit to enlarge it.</p>
    </section>
  `;
}

function Unit({ at: { layer, unit, x, y, side }, network, chosen, setChosen, canvas, isButton }) {
  const isChosen = chosen?.layer === layer && chosen.unit === unit;
  const name = unitName(network, layer, unit);
  const style = `left:${x}px;top:${y}px;width:${side}px;height:${side}px`;
  const label = `Surface of ${name}`;
  if (!isButton) return html`<span class="plane-unit" style=${style} title=${name}><canvas ref=${canvas} role="img" aria-label=${label} /></span>`;
  const toggle = () => setChosen(isChosen ? null : { layer, unit });
  return html`<button type="button" class="plane-unit" style=${style} title=${name} aria-label=${label} aria-pressed=${isChosen} onClick=${toggle}><canvas ref=${canvas} /></button>`;
}

// The name of a layer as far as there is space for it.
function nameFor(network, layer, rest, space) {
  const name = layerName(network, layer);
  const forms = [rest ? `${name}: first ${MOST_ROWS}` : name, name, name.replace(" layer", ""), name.replace(/\D+/, "")];
  return forms.find(({ length }) => length * WIDTH_OF_LETTER <= space) ?? "";
}

const THICKEST = 5; // pixels
const THINNEST = 0.4;

// The weights between the units that are shown.
function Lines({ places, layers }) {
  if (!layers.length) return null;
  return places.slice(1).flatMap((above, index) => {
    const { weights, inputs } = layers[index];
    const most = largest(weights.filter(Number.isFinite)) || 1;
    return above.flatMap((to) =>
      places[index].map((from) => {
        const weight = weights[to.unit * inputs + from.unit];
        const [x1, y1, x2, y2] = [from.x + from.side, from.y + from.side / 2, to.x, to.y + to.side / 2];
        const middle = (x1 + x2) / 2;
        const thickness = Math.max(THINNEST, (THICKEST * Math.abs(weight)) / most);
        return html`<path key=${`${index}.${to.unit}.${from.unit}`} class=${weight < 0 ? "negative" : "positive"} d=${`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`} stroke-width=${thickness} />`;
      }),
    );
  });
}

// The places of the units by layer, in pixels. Text is `large` times as large as usual.
function layOut(sizes, width, large) {
  const [gap, head] = [large * GAP, large * HEAD];
  const side = Math.max(SMALLEST, Math.min(large * LARGEST, (width - large * NARROWEST * (sizes.length - 1)) / sizes.length));
  const between = (width - side) / (sizes.length - 1);
  const rows = Math.min(Math.max(...sizes), MOST_ROWS);
  const middle = head + (rows * (side + gap)) / 2;
  return sizes.map((size, layer) => {
    const count = Math.min(size, MOST_ROWS);
    const top = middle - (count * (side + gap)) / 2;
    return Array.from({ length: count }, (_, unit) => ({ layer, unit, side, x: layer * between, y: top + unit * (side + gap), rest: size - count }));
  });
}

const spread = (points) => [0, 1].map((axis) => points.map((point) => point[axis]));

function scaleOf(network, { low, high }, { layer, unit }, values) {
  if (!layer) return { low: low[unit], high: high[unit] };
  return layer < network.layerSizes.length - 1 ? unitScale(network, layer, values) : outputScale(network, values);
}
