// How ridges are drawn: from the back to the front, each covers those behind it.
import { colour } from "../../shared/curve.js";
import { partOf } from "../../shared/interval.js";

const TALLEST = 56; // pixels of the largest count
const [ABOVE, BELOW] = [TALLEST + 4, 6]; // pixels around the baselines
const [OLD, NEW] = [0.12, 0.55]; // how much of its colour the first and the last ridge have
const FAINT = 0.25; // of baselines

// Returns the drawing as an image. The heights are square roots: a few values in a bin are seen, too.
export function drawRidges(canvas, { counts, most, edges, stroke }) {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const image = new OffscreenCanvas(Math.max(canvas.width, 1), Math.max(canvas.height, 1));
  const ctx = image.getContext("2d");
  ctx.scale(ratio, ratio);
  drawZero(ctx, { edges, width, height });
  const [paper, ink] = [colour("--paper"), colour(stroke)];
  ctx.lineWidth = 1;
  counts.forEach((row, index) => {
    const part = partOf(index, 0, Math.max(counts.length - 1, 1));
    const at = { index, rows: counts.length, most, width, height };
    const ridge = ridgeOf(row, at);
    ctx.fillStyle = paper;
    ctx.fill(ridge);
    ctx.globalAlpha = OLD + (NEW - OLD) * part;
    ctx.fillStyle = ink;
    ctx.fill(ridge);
    ctx.strokeStyle = ink;
    ctx.globalAlpha = FAINT;
    ctx.stroke(ridge);
    ctx.globalAlpha = 0.5 + 0.5 * part;
    ctx.stroke(crestOf(row, at));
    ctx.globalAlpha = 1;
  });
  return image;
}

// The drawing with one ridge on top.
export function drawHighlight(canvas, image, { counts, most, row }) {
  const ratio = devicePixelRatio;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(image, 0, 0);
  if (row < 0) return;
  ctx.scale(ratio, ratio);
  const ridge = ridgeOf(counts[row], { index: row, rows: counts.length, most, width: canvas.clientWidth, height: canvas.clientHeight });
  ctx.globalAlpha = 0.35;
  ctx.fillStyle = colour("--now");
  ctx.fill(ridge);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colour("--now");
  ctx.lineWidth = 2;
  ctx.stroke(ridge);
}

// The ridge and the bin under the pointer.
export function placeAt({ offsetX, offsetY, currentTarget: { clientWidth, clientHeight } }, columns, rows) {
  const within = (place, count) => Math.min(Math.max(place, 0), count - 1);
  const along = partOf(offsetY, ABOVE, clientHeight - BELOW);
  return { row: within(Math.round(along * (rows - 1)), rows), column: within(Math.floor((offsetX / clientWidth) * columns), columns) };
}

// The largest count, whose ridge is the tallest.
export const mostOf = (counts) => Math.max(1, ...counts.map((row) => Math.max(0, ...row)));

// The points of a ridge: from the baseline through the middle of each bin, and back to the baseline.
function pointsOf(row, { index, rows, most, width, height }) {
  const baseline = ABOVE + (height - ABOVE - BELOW) * (rows > 1 ? index / (rows - 1) : 1);
  const step = width / row.length;
  const middles = row.map((count, bin) => ({ x: (bin + 0.5) * step, y: baseline - TALLEST * Math.sqrt(count / most), count }));
  return [{ x: 0, y: baseline, count: 0 }, ...middles, { x: width, y: baseline, count: 0 }];
}

function ridgeOf(row, at) {
  const ridge = new Path2D();
  for (const { x, y } of pointsOf(row, at)) ridge.lineTo(x, y);
  return ridge;
}

// The line over the bins that are not empty: baselines of many ridges would fill the drawing.
function crestOf(row, at) {
  const crest = new Path2D();
  const points = pointsOf(row, at);
  points.slice(1).forEach((to, index) => {
    const from = points[index];
    if (!from.count && !to.count) return;
    if (!from.count || index === 0) crest.moveTo(from.x, from.y);
    crest.lineTo(to.x, to.y);
  });
  return crest;
}

function drawZero(ctx, { edges, width, height }) {
  const [low, high] = [edges[0], edges.at(-1)];
  if (low >= 0 || high <= 0) return;
  ctx.strokeStyle = colour("--line");
  ctx.lineWidth = 1;
  const x = width * partOf(0, low, high);
  ctx.beginPath();
  ctx.moveTo(x, 0);
  ctx.lineTo(x, height);
  ctx.stroke();
}
