// Where points are on a canvas, and how they are drawn.
import { colour, font } from "../shared/curve.js";
import { markOf } from "./marks.js";

const EDGE = 14; // pixels around the points
const FAINT = 0.12;
const RING = 9; // pixels around a point that is classified wrong
const DOT = "●"; // without classes

// The places of points in pixels, in their order; null for one that is not finite. Both axes have one scale, in which
// all points of `frame` and all that were seen fit: `seen` collects what was, for the next call.
export function placesOf(points, frame, { width, height }, seen) {
  for (const { x, y } of [...frame, ...points]) if (isPlace(x, y)) include(seen, x, y);
  if (seen.left === undefined) return points.map(() => null);
  const [wide, high] = [width - 2 * EDGE, height - 2 * EDGE];
  const scale = Math.min(wide / (seen.right - seen.left || 1), high / (seen.top - seen.bottom || 1));
  const [midX, midY] = [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2];
  return points.map(({ x, y }) => (isPlace(x, y) ? [width / 2 + (x - midX) * scale, height / 2 - (y - midY) * scale] : null));
}

// Non-finite numbers are texts.
const isPlace = (x, y) => typeof x === "number" && typeof y === "number";

function include(seen, x, y) {
  seen.left = Math.min(seen.left ?? x, x);
  seen.right = Math.max(seen.right ?? x, x);
  seen.bottom = Math.min(seen.bottom ?? y, y);
  seen.top = Math.max(seen.top ?? y, y);
}

// The index of the nearest place within some pixels, or null.
export function nearest(places, x, y, most) {
  let [best, distance] = [null, most];
  places.forEach((place, index) => {
    const away = place ? Math.hypot(place[0] - x, place[1] - y) : Infinity;
    if (away < distance) [best, distance] = [index, away];
  });
  return best;
}

export function drawPoints(canvas, { points, places, names, isShown, pointed }) {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * ratio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  ctx.font = font("--type-3", 600);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const marks = names.map((_, index) => markOf(names, index));
  const inks = marks.map((mark) => colour(mark.colour));
  const [ink, bad, now] = ["--accent", "--bad", "--now"].map(colour);
  const drawPoint = ({ trueClass, predictedClass }, [x, y]) => {
    ctx.fillStyle = inks[trueClass] ?? ink;
    ctx.fillText(marks[trueClass]?.sign ?? DOT, x, y);
    if (trueClass !== predictedClass) ring(ctx, x, y, bad, 1.5);
  };
  // Faint ones first, so that the others are in front.
  const shown = points.map(isShown);
  for (const isFront of [false, true]) {
    ctx.globalAlpha = isFront ? 1 : FAINT;
    points.forEach((point, index) => places[index] && shown[index] === isFront && drawPoint(point, places[index]));
  }
  ctx.globalAlpha = 1;
  if (pointed !== null && places[pointed]) ring(ctx, ...places[pointed], now, 3);
}

function ring(ctx, x, y, stroke, width) {
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.arc(x, y, RING, 0, 2 * Math.PI);
  ctx.stroke();
}
