// The derivative as a picture: the cost of the batch along this weight, the tangent whose slope
// is the gradient, and the step.
import { html } from "../shared/html.js";
import { endsOf, partOf, segmentsOf } from "../shared/interval.js";
import { gapSentence } from "../shared/non_finite.js";
import { exact, short } from "../shared/number_format.js";

const [WIDTH, HEIGHT, EDGE] = [420, 150, 18];

export function CostProfile({ profile, before, after, isBias }) {
  const name = isBias ? "bias" : "weight";
  const { values, costs, slope, costAfter } = profile;
  const middle = costs[(costs.length - 1) / 2];
  const [left, right] = [values[0], values.at(-1)];
  const [low, high] = endsOf(costs);
  const x = (value) => EDGE + (WIDTH - 2 * EDGE) * partOf(value, left, right);
  const y = (cost) => HEIGHT - 2 * EDGE - (HEIGHT - 3 * EDGE) * partOf(cost, low, high);
  const segments = segmentsOf(values.map((value, index) => ({ value, cost: costs[index] })), ({ cost }) => cost);
  const tangent = tangentOf({ x, y, left, right, before, middle, slope });
  const gaps = gapSentence(costs, false);
  return html`
    <figure class="profile">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`Cost of the batch along this ${name}: ${exact(middle)} before, ${exact(costAfter)} after the step of this ${name} alone; slope ${exact(slope)}`}>
        ${tangent && html`<line class="tangent" ...${tangent} />`}
        ${segments.map((segment) => html`<polyline points=${segment.map(({ value, cost }) => `${x(value)},${y(cost)}`).join(" ")} />`)}
        ${isDrawn(middle, costAfter) && html`<line class="step" x1=${x(before)} y1=${y(middle)} x2=${x(after)} y2=${within(y(costAfter))} />`}
        ${isDrawn(middle) && html`<circle class="before" cx=${x(before)} cy=${y(middle)} r="4" />`}
        ${isDrawn(costAfter) && html`<circle class="after" cx=${x(after)} cy=${within(y(costAfter))} r="5" />`}
        <text x=${EDGE} y=${HEIGHT - 6}>${short(left)}</text>
        <text x=${WIDTH - EDGE} y=${HEIGHT - 6} text-anchor="end">${short(right)}</text>
        <text x=${x(before)} y=${HEIGHT - 6} text-anchor="middle">${name[0]} ${short(before)}</text>
      </svg>
      <figcaption class="small soft">
        Cost of the batch along this ${name}. Dashed: tangent with slope <span>${short(slope)}</span>. ○\u00a0before and ●\u00a0after the step of this ${name} alone: <span>${short(middle)} → ${short(costAfter)}</span>. ${gaps}
      </figcaption>
    </figure>
  `;
}

const isDrawn = (...values) => values.every((value) => typeof value === "number");

// Keeps coordinates outside the picture small enough for a browser.
const within = (coordinate) => Math.min(Math.max(coordinate, -9 * HEIGHT), 9 * HEIGHT);

// The ends of the tangent; null if their heights are not finite.
function tangentOf({ x, y, left, right, before, middle, slope }) {
  if (!isDrawn(middle, slope)) return null;
  const [y1, y2] = [left, right].map((value) => within(y(middle + slope * (value - before))));
  return Number.isFinite(y1) && Number.isFinite(y2) ? { x1: x(left), y1, x2: x(right), y2 } : null;
}
