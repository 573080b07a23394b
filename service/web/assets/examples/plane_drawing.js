// How points are drawn on a canvas.
import { colour, font } from "../shared/curve.js";
import { markOf } from "./marks.js";

const FAINT = 0.12;
const RING = 9; // pixels around a point that is classified wrong
const DOT = "●"; // without classes

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
  if (pointed === null || !places[pointed]) return;
  drawPoint(points[pointed], places[pointed]);
  ring(ctx, ...places[pointed], now, 3);
}

function ring(ctx, x, y, stroke, width) {
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.arc(x, y, RING, 0, 2 * Math.PI);
  ctx.stroke();
}
