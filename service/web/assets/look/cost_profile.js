// The derivative, made visible: what the batch would cost were this weight another, the tangent whose
// slope is the gradient, and the step that was taken.
import { html } from "../shared/html.js";
import { exact, short } from "../shared/number_format.js";

const [WIDTH, HEIGHT, EDGE] = [420, 150, 18];

export function CostProfile({ profile, before, after }) {
  const { values, costs, slope, costAfter } = profile;
  const middle = costs[(costs.length - 1) / 2];
  const [left, right] = [values[0], values.at(-1)];
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const x = (value) => EDGE + ((WIDTH - 2 * EDGE) * (value - left)) / (right - left);
  const y = (cost) => EDGE + ((HEIGHT - 3 * EDGE) * (high - cost)) / (high - low || 1);
  const tangent = (value) => y(middle + slope * (value - before));
  return html`
    <figure class="profile">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`The cost along this weight: ${exact(middle)} before, ${exact(costAfter)} after its own step; slope ${exact(slope)}`}>
        <line class="tangent" x1=${x(left)} y1=${tangent(left)} x2=${x(right)} y2=${tangent(right)} />
        <polyline points=${values.map((value, index) => `${x(value)},${y(costs[index])}`).join(" ")} />
        <line class="step" x1=${x(before)} y1=${y(middle)} x2=${x(after)} y2=${y(costAfter)} />
        <circle class="before" cx=${x(before)} cy=${y(middle)} r="4" />
        <circle class="after" cx=${x(after)} cy=${y(costAfter)} r="5" />
        <text x=${EDGE} y=${HEIGHT - 6}>${short(left)}</text>
        <text x=${WIDTH - EDGE} y=${HEIGHT - 6} text-anchor="end">${short(right)}</text>
        <text x=${x(before)} y=${HEIGHT - 6} text-anchor="middle">w ${short(before)}</text>
      </svg>
      <figcaption class="small soft">
        The batch’s cost along this weight. Dashed: the tangent, slope ${short(slope)}. ○ before, ● after its own step: ${short(middle)} → ${short(costAfter)}.
      </figcaption>
    </figure>
  `;
}
