// The numbers of an example, and an output of a network within its bounds.
import { boundsOf } from "./functions.js";
import { classNameOf, valuesOf } from "./columns.js";
import { html } from "./html.js";
import { ExampleImage } from "./images.js";
import { partOf } from "./interval.js";
import { Num } from "./number_view.js";

// The bounds of the outputs of a network; 0 and 1 if it has none.
export function rangeOf({ activations }) {
  const bounds = boundsOf(activations.at(-1));
  const [low, high] = bounds ?? [0, 1];
  return { low, high, isBounded: Boolean(bounds) };
}

const MOST = 8;

const More = ({ count }) => html`<span class="small soft rest">… ${count} more</span>`;

// The inputs or targets of an example; the first ones if there are many.
export const Numbers = ({ values }) => html`
  ${values.slice(0, MOST).map((value) => html`<${Num} value=${value} /> `)}
  ${values.length > MOST && html`<${More} count=${values.length - MOST} />`}
`;

// Whether the inputs of a set have a column each in a table of examples; many columns, those on a phone, and the
// pixels of an image share one.
const isSpread = ({ table, imageShape }) => Boolean(table) && !imageShape && table.inputs.length <= MOST && !matchMedia("(max-width: 800px)").matches;

// The number of columns of inputs in a table of examples.
export const inputColumns = (set) => (isSpread(set) ? set.table.inputs.length : 1);

// The head of a table of examples; `titles` are the heads of the other columns. Inputs with names have a
// second row with these.
export function ExampleHead({ set, titles }) {
  const rows = isSpread(set) ? 2 : 1;
  return html`
    <thead>
      <tr>
        <th scope=${rows === 2 ? "colgroup" : "col"} colspan=${inputColumns(set)}>${set.imageShape ? "Image" : "Inputs"}</th>
        ${titles.map((title) => html`<th scope="col" key=${title} rowspan=${rows}>${title}</th>`)}
      </tr>
      ${rows === 2 && html`<tr>${set.table.inputs.map(({ name }) => html`<th scope="col" key=${name} class="input-name" title=${name}>${name}</th>`)}</tr>`}
    </thead>
  `;
}

export const Value = ({ value }) => (typeof value === "number" ? html`<${Num} value=${value} />` : (value ?? html`<span class="soft">missing</span>`));

// The cells of the inputs of an example: an image, or by column, if they have names. `name` is that of the example.
export function InputCells({ set, values, name }) {
  if (set.imageShape) return html`<td><${ExampleImage} shape=${set.imageShape} values=${values} range=${set.range} name=${name} /></td>`;
  if (!set.table) return html`<td class=${values.length > MOST ? "many-inputs" : ""}><${Numbers} values=${values} /></td>`;
  const known = valuesOf(set.table, values);
  if (isSpread(set)) return known.map(({ name, value }) => html`<td key=${name}><${Value} value=${value} /></td>`);
  return html`
    <td class="many-inputs">
      ${known.slice(0, MOST).map(({ name, value }) => html`<span key=${name}><span class="small soft">${name}</span> <${Value} value=${value} /></span> `)}
      ${known.length > MOST && html`<${More} count=${known.length - MOST} />`}
    </td>
  `;
}

// The targets of an example, or its class.
export const Targets = ({ set, values }) => classNameOf(set, values) ?? html`<${Numbers} values=${values} />`;

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
