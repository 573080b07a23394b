// The weights of a network that is too large for lines: an image per layer, a row per unit, a column per input.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { colour, watchTheme } from "../shared/curve.js";
import { cellAfter, cellAt, heat } from "../shared/heat.js";
import { html } from "../shared/html.js";
import { short } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { keyAt, keyOf, parameterOf, valueOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { layerName, parameterName } from "../shared/unit_names.js";

const LARGEST = 14; // pixels of a cell

// `scale` is the size of a weight in full colour; `weight` is the key of the selected one.
export function WeightMaps({ network, layers, scale, weight }) {
  return html`
    <div class="weight-maps">
      ${layers.map((layer, index) => html`<${WeightMap} key=${index} ...${{ network, layer, layers, scale, weight }} number=${index + 1} />`)}
      <div class="small soft map-scale" aria-hidden="true"><span>−${short(scale)}</span><span class="ramp"></span><span>+${short(scale)}</span></div>
    </div>
  `;
}

function WeightMap({ network, layer, layers, number, scale, weight }) {
  const [cell, setCell] = useState(null);
  const canvas = useRef(null);
  const { units, inputs, weights, biases } = layer;
  const columns = inputs + (biases.length ? 2 : 0); // the biases are apart from the weights
  const parameterAt = ({ row, column }) => (column < inputs ? { layer: number, unit: row, input: column } : { layer: number, unit: row });
  const shown = cell && cell.column !== inputs ? parameterAt(cell) : selectedIn(weight, number);
  useLayoutEffect(() => {
    const draw = () => paint(canvas.current, { columns, rows: units, parts: partsOf(layer, columns, scale), chosen: shown && cellOf(shown, inputs) });
    draw();
    return watchTheme(draw);
  });
  const choose = () => shown && go({ weight: keyOf(shown) });
  const press = (event) => {
    if (event.key === "Enter") choose();
    const after = cellAfter(event, cell, columns, units);
    if (after) setCell(after);
  };
  return html`
    <figure class="weight-map">
      <figcaption class="small">
        Weights into the ${layerName(network, number)} <span class="soft">${units} units (rows) × ${inputs} inputs${biases.length > 0 && " and the bias"} (columns)</span>
      </figcaption>
      <canvas
        ref=${canvas}
        tabindex="0"
        role="img"
        style=${`--columns:${columns};--rows:${units};--largest:${LARGEST}px`}
        aria-label=${`${weights.length} weights into the ${layerName(network, number)}. Use the arrow keys to read single ones, and Enter to select one.`}
        onPointerMove=${(event) => setCell(cellAt(event, columns, units))}
        onPointerLeave=${() => setCell(null)}
        onClick=${choose}
        onKeyDown=${press}
        onBlur=${() => setCell(null)}
      ></canvas>
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

const cellOf = ({ unit, input }, inputs) => ({ row: unit, column: input ?? inputs + 1 });

// The weights and biases of a layer as parts of the scale, row by row.
function partsOf({ units, inputs, weights, biases }, columns, scale) {
  const parts = new Float32Array(units * columns);
  for (let unit = 0; unit < units; unit += 1) {
    for (let input = 0; input < inputs; input += 1) parts[unit * columns + input] = weights[unit * inputs + input] / scale;
    if (biases.length) parts[unit * columns + inputs + 1] = biases[unit] / scale;
  }
  return parts;
}

function paint(canvas, { columns, rows, parts, chosen }) {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  Object.assign(canvas, { width, height });
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingEnabled = width < columns || height < rows;
  ctx.drawImage(heat(columns, rows, parts), 0, 0, width, height);
  if (!chosen) return;
  const [across, down] = [width / columns, height / rows];
  ctx.strokeStyle = colour("--now");
  ctx.lineWidth = 2 * ratio;
  ctx.strokeRect(chosen.column * across, chosen.row * down, across, down);
}
