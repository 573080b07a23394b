// The decision surface: the output of a network with two inputs for all points around its examples.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { post } from "../shared/api.js";
import { colour, watchTheme } from "../shared/curve.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { cellAfter, cellAt, heat } from "../shared/heat.js";
import { html } from "../shared/html.js";
import { endsOf, partOf, valueAlong } from "../shared/interval.js";
import { Num } from "../shared/number_view.js";
import { short } from "../shared/number_format.js";
import { rangeOf } from "../shared/output.js";

const CELLS = 40; // per axis
const MOST_LABELLED = 40; // of more examples, the targets would cover each other

// The outputs for all points of the surface at an update.
export async function surfaceOf(network, set, update, signal) {
  const rows = rowsOf(network, set ?? {}, gridOf(frameOf(set?.examples ?? [])));
  return outputsOf((await post(`networks/${network.network}:predict`, { update, ...rows }, signal)).predictions);
}

// `all` is from surfaceOf.
export function Surface({ network, set, all }) {
  const [output, setOutput] = useState(0);
  const [cell, setCell] = useState(null);
  const canvas = useRef(null);
  const frame = frameOf(set?.examples ?? []);
  const outputs = network.layerSizes.at(-1);
  const values = all?.map((outputs) => outputs[output]);
  const scale = scaleOf(network, values);

  // Before the browser paints, while the canvas still exists.
  useLayoutEffect(() => {
    const draw = () => values && paint(canvas.current, { values, scale, frame, examples: set?.examples ?? [], output, cell });
    draw();
    return watchTheme(draw);
  });

  const chosen = cell && gridOf(frame)[cell.row * CELLS + cell.column];
  return html`
    <section class="panel surface" aria-label="Decision surface">
      <h3>Decision surface</h3>
      ${outputs > 1 &&
      html`<label class="small"
        >Output${" "}
        <select value=${output} onChange=${(event) => setOutput(Number(event.target.value))}>
          ${Array.from({ length: outputs }, (_, index) => html`<option value=${index}>${index + 1}</option>`)}
        </select>
      </label>`}
      <canvas
        ref=${canvas}
        tabindex="0"
        role="img"
        aria-label=${`Output of the network for inputs from ${frame.low.map(short)} to ${frame.high.map(short)}. Use the arrow keys to read single points.`}
        onPointerMove=${(event) => setCell(cellAt(event, CELLS, CELLS))}
        onPointerLeave=${() => setCell(null)}
        onKeyDown=${(event) => setCell(cellAfter(event, cell, CELLS, CELLS) ?? cell)}
        onBlur=${() => setCell(null)}
      ></canvas>
      <div class="scale" aria-hidden="true"><span>${short(scale.low)}</span><span class="ramp"></span><span>${short(scale.high)}</span></div>
      <p class="small reading" aria-live="polite">
        ${chosen && values
          ? html`At (${short(chosen[0])}, ${short(chosen[1])}): <${Num} value=${values[cell.row * CELLS + cell.column]} name="output" />`
          : html`<span class="soft">Dashed: halfway. Points: examples${set?.examples.length > MOST_LABELLED ? " in the colours of their targets" : ""}.</span>`}
      </p>
    </section>
  `;
}

// The square around the examples with a margin; (0, 0) to (1, 1) if there are none.
function frameOf(examples) {
  const ends = [0, 1].map((axis) => {
    const [low, high] = endsOf(examples.map(({ inputs }) => inputs[axis]));
    const room = low === high ? 0.3 : high * 0.3 - low * 0.3;
    return [Math.max(low - room, -Number.MAX_VALUE), Math.min(high + room, Number.MAX_VALUE)];
  });
  return { low: ends.map(([low]) => low), high: ends.map(([, high]) => high) };
}

// The centres of all cells, row by row from the top.
function gridOf({ low, high }) {
  const along = (axis, step) => valueAlong((step + 0.5) / CELLS, low[axis], high[axis]);
  return Array.from({ length: CELLS * CELLS }, (_, index) => [
    along(0, index % CELLS),
    along(1, CELLS - 1 - Math.floor(index / CELLS)),
  ]);
}

function scaleOf(network, values) {
  const { low, high, isBounded } = rangeOf(network);
  if (isBounded || !values) return { low, high };
  const [lowest, highest] = endsOf(values);
  return { low: Math.min(lowest, 0), high: Math.max(highest, 1) };
}

const MOST_COLOUR = 0.75; // so that points and borders stand out

// The part of full colour for an output, by its share of the scale.
const partAt = (share) => Math.max(-MOST_COLOUR, Math.min((share - 0.5) * 1.5, MOST_COLOUR));

function paint(canvas, { values, scale, frame, examples, output, cell }) {
  const ratio = devicePixelRatio;
  const side = canvas.clientWidth * ratio;
  canvas.width = side;
  canvas.height = side;
  const ctx = canvas.getContext("2d");
  const step = side / CELLS;
  const share = (value) => (typeof value === "number" ? partOf(value, scale.low, scale.high) : Number.NaN);
  ctx.fillStyle = colour("--paper");
  ctx.fillRect(0, 0, side, side);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(heat(CELLS, CELLS, values.map((value) => partAt(share(value)))), 0, 0, side, side);
  ctx.strokeStyle = colour("--ink");
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([5 * ratio, 4 * ratio]);
  border(ctx, values.map(share), step);
  ctx.setLineDash([]);
  const draw = examples.length > MOST_LABELLED ? point : dot;
  for (const { inputs, targets } of examples) draw(ctx, { at: placeIn(frame, inputs, side), target: targets[output], share, ratio });
  if (cell) {
    ctx.strokeStyle = colour("--now");
    ctx.lineWidth = 2 * ratio;
    ctx.strokeRect(cell.column * step, cell.row * step, step, step);
  }
}

// The line where the output is halfway, between the centres of the cells (marching squares).
function border(ctx, shares, step) {
  const cut = (a, b) => (0.5 - a) / (b - a);
  ctx.beginPath();
  for (let row = 0; row < CELLS - 1; row += 1) {
    for (let column = 0; column < CELLS - 1; column += 1) {
      const at = row * CELLS + column;
      const [a, b, c, d] = [shares[at], shares[at + 1], shares[at + CELLS + 1], shares[at + CELLS]];
      const crossings = [];
      if (a < 0.5 !== b < 0.5) crossings.push([cut(a, b), 0]);
      if (b < 0.5 !== c < 0.5) crossings.push([1, cut(b, c)]);
      if (d < 0.5 !== c < 0.5) crossings.push([cut(d, c), 1]);
      if (a < 0.5 !== d < 0.5) crossings.push([0, cut(a, d)]);
      crossings.forEach(([x, y], index) => {
        ctx[index % 2 ? "lineTo" : "moveTo"]((column + 0.5 + x) * step, (row + 0.5 + y) * step);
      });
    }
  }
  ctx.stroke();
}

function placeIn({ low, high }, inputs, side) {
  const [x, y] = inputs.map((value, axis) => partOf(value, low[axis], high[axis]));
  return [x * side, (1 - y) * side];
}

// An example as a point in the colour of its target.
function point(ctx, { at: [left, top], target, share, ratio }) {
  ctx.beginPath();
  ctx.arc(left, top, 3.5 * ratio, 0, 2 * Math.PI);
  ctx.fillStyle = colour(share(target) < 0.5 ? "--negative" : "--positive");
  ctx.fill();
  ctx.strokeStyle = colour("--paper");
  ctx.lineWidth = ratio;
  ctx.stroke();
}

// An example with its target.
function dot(ctx, { at: [left, top], target, ratio }) {
  ctx.beginPath();
  ctx.arc(left, top, 11 * ratio, 0, 2 * Math.PI);
  ctx.fillStyle = colour("--paper");
  ctx.fill();
  ctx.strokeStyle = colour("--ink");
  ctx.lineWidth = 1.5 * ratio;
  ctx.stroke();
  ctx.fillStyle = colour("--ink");
  ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(String(Number(target.toPrecision(2))), left, top + ratio);
}
