// The numbers of an example, and an output of a network within its bounds.
import { boundsOf } from "./functions.js";
import { classOf, valuesOf } from "./columns.js";
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

// The inputs of an example: by column, if they have names.
export function Inputs({ set: { table }, values }) {
  if (!table) return html`<${Numbers} values=${values} />`;
  const known = valuesOf(table, values);
  return html`
    ${known.slice(0, MOST).map(({ name, value }) => html`<span class="column" title=${name}>${typeof value === "number" ? html`<${Num} value=${value} />` : (value ?? "missing")}</span> `)}
    ${known.length > MOST && html`<span class="small soft">… ${known.length - MOST} more</span>`}
  `;
}

// The targets of an example, or its class.
export const Targets = ({ set: { table }, values }) => (table && classOf(table, values)) ?? html`<${Numbers} values=${values} />`;

// The bar shows the output, the mark across it the target; `title` is the name of the output, if it has one.
export function Output({ title, value, target, range }) {
  const share = (number) => `${Math.min(Math.max(partOf(number, range.low, range.high), 0), 1) * 100}%`;
  return html`
    <span class=${title ? "output named" : "output"} title=${title}>
      ${title && html`<span class="small soft">${title}</span>`}
      <${Num} value=${value} name="output" />
      ${range.isBounded &&
      html`<span class="track" aria-hidden="true">
        <span class="fill" style=${{ width: typeof value === "number" ? share(value) : 0 }}></span>
        <span class="goal" style=${{ left: share(target) }}></span>
      </span>`}
    </span>
  `;
}
