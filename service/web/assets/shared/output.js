// Numbers of examples, and an output of a network: where it is between the lowest and the highest.
import { boundsOf } from "./functions.js";
import { html } from "./html.js";
import { partOf } from "./interval.js";
import { Num } from "./number_view.js";

// Between which numbers the outputs of a network lie; where they have no bounds, 0 and 1 for a start.
export function rangeOf({ activations }) {
  const bounds = boundsOf(activations.at(-1));
  const [low, high] = bounds ?? [0, 1];
  return { low, high, isBounded: Boolean(bounds) };
}

const MOST = 8;

// Inputs or targets of an example, of many the first.
export const Numbers = ({ values }) => html`
  ${values.slice(0, MOST).map((value) => html`<${Num} value=${value} /> `)}
  ${values.length > MOST && html`<span class="small soft">… ${values.length - MOST} more</span>`}
`;

// The bar is the output, the mark across it the target.
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
