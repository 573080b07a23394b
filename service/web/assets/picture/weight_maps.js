// The weights of a network that is too large for lines: an image per layer, a row per unit, a column per input; or an
// image per unit of the first layer, if its inputs are an image.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { colour, watchTheme } from "../shared/curve.js";
import { cellAfter, cellAt, heat } from "../shared/heat.js";
import { html } from "../shared/html.js";
import { short } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { keyAt, keyOf, parameterOf, valueOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { layerName, parameterName } from "../shared/unit_names.js";
import { imageLayout, matrixLayout } from "./map_layout.js";

const LARGEST = 14; // pixels of a cell

// `scale` is the size of a weight in full colour; `weight` is the key of the selected one. `image` is the shape of the
// inputs, if they are images.
export function WeightMaps({ network, layers, scale, weight, image }) {
  return html`
    <div class="weight-maps">
      ${layers.map((layer, index) => html`<${WeightMap} key=${index} ...${{ network, layer, layers, scale, weight }} number=${index + 1} image=${index === 0 && isOf(image, layer) ? image : undefined} />`)}
      <div class="small soft map-scale" aria-hidden="true"><span>−${short(scale)}</span><span class="ramp"></span><span>+${short(scale)}</span></div>
    </div>
  `;
}

const MOST_IMAGES = 256; // more units are rows of one image

// Whether a layer has a weight for each pixel, and channel, of an image, and not too many of these.
const isOf = (image, { units, inputs }) => image && image.height * image.width * image.channels === inputs && units <= MOST_IMAGES;

function WeightMap({ network, layer, layers, number, scale, weight, image }) {
  const [cell, setCell] = useState(null);
  const canvas = useRef(null);
  const { units, inputs, weights, biases } = layer;
  const layout = useMemo(() => (image ? imageLayout(layer, image) : matrixLayout(layer)), [image, units, inputs, biases.length > 0]);
  const { columns, rows } = layout;
  const pointed = cell && layout.parameterAt(cell);
  const shown = pointed ? { layer: number, ...pointed } : selectedIn(weight, number);
  useLayoutEffect(() => {
    const draw = () => paint(canvas.current, layout, valuesOf(layer, layout), scale, shown);
    draw();
    return watchTheme(draw);
  });
  const choose = () => shown && go({ weight: keyOf(shown) });
  const press = (event) => {
    if (event.key === "Enter") choose();
    let after = cellAfter(event, cell ?? layout.start, columns, rows);
    while (after && !layout.parameterAt(after)) {
      const next = cellAfter(event, after, columns, rows); // over the gap
      if (next.row === after.row && next.column === after.column) return;
      after = next;
    }
    if (after) setCell(after);
  };
  return html`
    <figure class="weight-map">
      <figcaption class="small">
        Weights into the ${layerName(network, number)} <span class="soft">${image ? ofImage(units, image, biases.length > 0) : html`${units} units (rows) × ${inputs} inputs${biases.length > 0 && " and the bias"} (columns)`}</span>
      </figcaption>
      <div class=${image ? "of-images" : undefined}>
        <canvas
          ref=${canvas}
          tabindex="0"
          role="img"
          style=${`--columns:${columns};--rows:${rows};--largest:${LARGEST}px`}
          aria-label=${`${weights.length} weights into the ${layerName(network, number)}. Use the arrow keys to read single ones, and Enter to select one.`}
          onPointerMove=${(event) => setCell(cellAt(event, columns, rows))}
          onPointerLeave=${() => setCell(null)}
          onClick=${choose}
          onKeyDown=${press}
          onBlur=${() => setCell(null)}
        ></canvas>
      </div>
      <p class="small map-reading" aria-live="polite">
        ${shown
          ? html`${parameterName(network, shown)}: <${Num} value=${valueOf(layers, shown)} name="weight" />`
          : html`<span class="soft">Point at a weight to see its value; click to select it.</span>`}
      </p>
    </figure>
  `;
}

function selectedIn(weight, number) {
  const parameter = parameterOf(weight);
  return parameter?.layer === number ? parameter : null;
}

const ofImage = (units, { height, width, channels }, hasBiases) =>
  `an image of ${height} × ${width} for each of ${units} units${channels > 1 ? ", for red, green and blue" : ""}${hasBiases ? ", and its bias below" : ""}`;

// The weights and biases of a layer, cell by cell.
function valuesOf({ units, inputs, weights, biases }, { columns, rows, boxOf, offsets }) {
  const values = new Float32Array(rows * columns);
  const firstOf = (unit) => {
    const { row, column } = boxOf({ unit, input: 0 });
    return row * columns + column;
  };
  const fill = ({ row, column, width, height }, value) => {
    for (let first = row * columns + column; first < (row + height) * columns; first += columns) values.fill(value, first, first + width);
  };
  for (let unit = 0, index = 0; unit < units; unit += 1) {
    const first = firstOf(unit);
    for (let input = 0; input < inputs; input += 1, index += 1) values[first + offsets[input]] = weights[index];
    if (biases.length) fill(boxOf({ unit }), biases[unit]);
  }
  return values;
}

function paint(canvas, { columns, rows, frames, boxOf, tileOf }, values, scale, chosen) {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  Object.assign(canvas, { width, height });
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingEnabled = width < columns || height < rows;
  ctx.drawImage(heat(columns, rows, values, scale), 0, 0, width, height);
  const [across, down] = [width / columns, height / rows];
  const frame = (box) => ctx.strokeRect(box.column * across, box.row * down, box.width * across, box.height * down);
  ctx.strokeStyle = colour("--line");
  ctx.lineWidth = ratio;
  frames.forEach(frame);
  if (!chosen) return;
  ctx.strokeStyle = colour("--now");
  if (tileOf) frame(tileOf(chosen.unit));
  ctx.lineWidth = 2 * ratio;
  frame(boxOf(chosen));
}
