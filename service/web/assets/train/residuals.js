// The residual of each example, output − target, over its target.
import { useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { endsOf, partOf } from "../shared/interval.js";
import { short, signed } from "../shared/number_format.js";

const [WIDTH, HEIGHT, LEFT, EDGE] = [300, 160, 60, 18];

// `outputs` are those for `examples`, in their order.
export function Residuals({ examples, outputs }) {
  const [wanted, setOutput] = useState(0);
  const count = examples[0]?.targets.length ?? 0;
  const output = Math.min(wanted, count - 1);
  const points = examples.map(({ targets }, index) => ({ index, target: targets[output], value: outputs[index]?.[output] })).filter(({ value }) => typeof value === "number");
  if (!points.length) return null;
  return html`
    <figure class="residuals">
      <figcaption class="small soft">Residuals (output − target) over the target, an example a point:</figcaption>
      ${count > 1 &&
      html`<label class="small"
        >Output${" "}
        <select value=${output} onChange=${(event) => setOutput(Number(event.target.value))}>
          ${Array.from({ length: count }, (_, index) => html`<option value=${index}>${index + 1}</option>`)}
        </select>
      </label>`}
      <${Picture} points=${points.map((point) => ({ ...point, residual: point.value - point.target }))} />
    </figure>
  `;
}

function Picture({ points }) {
  const [left, right] = endsOf(points.map(({ target }) => target));
  const [low, high] = endsOf([0, ...points.map(({ residual }) => residual)]);
  const x = (target) => LEFT + EDGE / 2 + (WIDTH - LEFT - EDGE) * partOf(target, left, right);
  const y = (residual) => HEIGHT - EDGE - EDGE / 2 - (HEIGHT - 2 * EDGE) * partOf(residual, low, high);
  const shown = points.filter(({ residual }) => Number.isFinite(residual));
  return html`
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`Residuals of ${points.length} examples from ${short(low)} to ${short(high)}, for targets from ${short(left)} to ${short(right)}.`}>
      <line class="zero" x1=${LEFT} x2=${WIDTH} y1=${y(0)} y2=${y(0)} />
      ${shown.map(
        ({ index, target, value, residual }) => html`
          <circle key=${index} cx=${x(target)} cy=${y(residual)} r="3"><title>${`Example ${index + 1}: output ${short(value)}, target ${short(target)}, residual ${signed(residual)}`}</title></circle>
        `,
      )}
      ${[...new Set([low, 0, high])].filter((each) => each === 0 || Math.abs(y(each) - y(0)) > 12).map((each) => html`<text key=${each} x=${LEFT - 4} y=${y(each) + 4} text-anchor="end">${signed(each)}</text>`)}
      <text x=${LEFT} y=${HEIGHT - 3}>${short(left)}</text>
      ${left !== right && html`<text x=${WIDTH} y=${HEIGHT - 3} text-anchor="end">${short(right)}</text>`}
    </svg>
  `;
}
