// The drawing of a surface: colours for the values of its cells, the line where they are halfway, and the examples.
import { colour } from "../shared/curve.js";
import { heat } from "../shared/heat.js";
import { partOf } from "../shared/interval.js";
import { drawPoints, MOST_LABELLED, placeIn } from "../shared/plane.js";
import { CELLS } from "./plane_values.js";

const MOST_COLOUR = 0.75; // so that points and borders stand out

// The part of full colour for a value, by its share of the scale.
const partAt = (share) => Math.max(-MOST_COLOUR, Math.min((share - 0.5) * 1.5, MOST_COLOUR));

const shareIn = ({ low, high }) => (value) => (typeof value === "number" ? partOf(value, low, high) : Number.NaN);

// Makes a canvas as large as it is shown, and returns { ctx, side, ratio }.
function prepared(canvas) {
  const ratio = devicePixelRatio;
  const side = Math.round(canvas.clientWidth * ratio);
  if (canvas.width !== side || canvas.height !== side) Object.assign(canvas, { width: side, height: side });
  return { ctx: canvas.getContext("2d"), side, ratio };
}

function fill({ ctx, side }, values, share) {
  ctx.fillStyle = colour("--paper");
  ctx.fillRect(0, 0, side, side);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(heat(CELLS, CELLS, values.map((value) => partAt(share(value)))), 0, 0, side, side);
}

// The colours alone, for a small surface.
export function drawSmall(canvas, values, scale) {
  fill(prepared(canvas), values, shareIn(scale));
}

// The whole surface; `cell` is the one that is read, if any. Examples have the colours of their targets for an `output`,
// in the scale of outputs.
export function drawSurface(canvas, { values, scale, frame, examples, output, outputScale, cell }) {
  const drawn = prepared(canvas);
  const { ctx, side, ratio } = drawn;
  const step = side / CELLS;
  const share = shareIn(scale);
  fill(drawn, values, share);
  ctx.strokeStyle = colour("--ink");
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([5 * ratio, 4 * ratio]);
  border(ctx, values.map(share), step);
  ctx.setLineDash([]);
  if (examples.length > MOST_LABELLED) drawPoints(ctx, { examples, frame, side, share: shareIn(outputScale), output, radius: 3.5 * ratio });
  else for (const { inputs, targets } of examples) dot(ctx, { at: placeIn(frame, inputs, side), target: targets[output], ratio });
  if (cell) {
    ctx.strokeStyle = colour("--now");
    ctx.lineWidth = 2 * ratio;
    ctx.strokeRect(cell.column * step, cell.row * step, step, step);
  }
}

// The line where the value is halfway, between the centres of the cells (marching squares).
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
