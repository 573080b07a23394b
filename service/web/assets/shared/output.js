// The numbers of an example, and an output of a network within its bounds.
import { boundsOf } from "./functions.js";
import { html } from "./html.js";
import { partOf } from "./interval.js";
import { Num } from "./number_view.js";

// The bounds of the outputs of a network; 0 and 1 if it has none.
export function rangeOf({ activations }) {
  const bounds = boundsOf(activations.at(-1));
  const [low, high] = bounds ?? [0, 1];
  return { low, high, isBounded: Boolean(bounds) };
}

const MOST = 8;

// The inputs or targets of an example; the first ones if there are many.
export const Numbers = ({ values }) => html`
  ${values.slice(0, MOST).map((value) => html`<${Num} value=${value} /> `)}
  ${values.length > MOST && html`<span class="small soft">… ${values.length - MOST} more</span>`}
`;

// The bar shows the output, the mark across it the target.
export function Output({ value, target, range }) {
  const share = (number) => `${Math.min(Math.max(partOf(number, range.low, range.high), 0), 1) * 100}%`;
  return html`
    <span class="output">
      <${Num} value=${value} name="output" />
      ${range.isBounded &&
      html`<span class="track" aria-hidden="true">
        <span class="fill" style=${{ width: typeof value === "number" ? share(value) : 0 }}></span>
        <span class="goal" style=${{ left: share(target) }}></span>
      </span>`}
    </span>
  `;
}
