// Examples with two inputs as points of a plane, in the colours of their targets.
import { colour } from "./curve.js";
import { endsOf, partOf } from "./interval.js";

const [WIDE, SLIM] = [0.3, 0.08]; // the margin around points, as a part of their range
export const MOST_LABELLED = 40; // of more examples, the targets would cover each other

// The square around the examples with a margin; (0, 0) to (1, 1) if there are none.
export function frameOf(examples) {
  const margin = examples.length > MOST_LABELLED ? SLIM : WIDE;
  const ends = [0, 1].map((axis) => {
    const [low, high] = endsOf(examples.map(({ inputs }) => inputs[axis]));
    const room = low === high ? WIDE : high * margin - low * margin;
    return [Math.max(low - room, -Number.MAX_VALUE), Math.min(high + room, Number.MAX_VALUE)];
  });
  return { low: ends.map(([low]) => low), high: ends.map(([, high]) => high) };
}

// The part of full colour for the share of a scale: −1 at its start, 0 in its middle, 1 at its end.
const partAt = (share) => Math.max(-1, Math.min(2 * share - 1, 1));

const PALEST = 0.2; // so that points in the middle of the scale can be seen

// Draws the examples as points on a canvas of `side` pixels. `share` is the share of the scale of a target.
export function drawPoints(ctx, { examples, frame, side, share, output = 0, radius }) {
  const paper = colour("--paper");
  const colours = [colour("--negative"), colour("--positive")];
  ctx.lineWidth = radius / 3.5;
  for (const { inputs, targets } of examples) {
    const [left, top] = placeIn(frame, inputs, side);
    const part = partAt(share(targets[output]));
    ctx.beginPath();
    ctx.arc(left, top, radius, 0, 2 * Math.PI);
    ctx.fillStyle = paper;
    ctx.fill();
    ctx.globalAlpha = PALEST + (1 - PALEST) * Math.abs(part);
    ctx.fillStyle = colours[Number(part >= 0)];
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = paper;
    ctx.stroke();
  }
}

// Where an example is on a canvas.
export function placeIn({ low, high }, inputs, side) {
  const [x, y] = inputs.map((value, axis) => partOf(value, low[axis], high[axis]));
  return [x * side, (1 - y) * side];
}
