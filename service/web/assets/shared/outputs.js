// The outputs of a network for an example, beside its targets: a line each, or bars if there are many; of very many, the
// largest.
import { html } from "./html.js";
import { exact } from "./number_format.js";
import { Num } from "./number_view.js";
import { Output } from "./output.js";
import { partOf } from "./interval.js";

export const MOST_LINES = 4;
const MOST_BARS = 24; // more are too thin to tell them apart
const LARGEST = 3;

// `names` are those of the outputs, if they have names; `values` is undefined until the outputs are there.
export function Outputs({ names = [], values, targets, range }) {
  if (targets.length > MOST_BARS) return html`<${Largest} ...${{ names, values, targets, range }} />`;
  if (range.isBounded && targets.length > MOST_LINES) return html`<${Bars} ...${{ names, values, targets, range }} />`;
  return targets.map((target, output) => html`<${Output} key=${output} title=${names[output]} value=${values?.[output]} target=${target} range=${range} />`);
}

// The names and numbers of all of them are on hover and for screen readers; those of the largest output are below.
function Bars({ names, values = [], targets, range: { low, high } }) {
  const nameOf = nameIn(names);
  const textOf = (output) => `${nameOf(output)}: ${values[output] === undefined ? "–" : exact(values[output])}`;
  const share = (value) => `${Math.min(Math.max(partOf(value, low, high), 0), 1) * 100}%`;
  const largest = values.reduce((best, value, output) => (value > values[best] ? output : best), 0);
  return html`
    <span class="output-bars">
      <span class="bars" role="img" aria-label=${targets.map((_, output) => textOf(output)).join(", ")}>
        ${targets.map(
          (target, output) => html`
            <span key=${output} class=${target === high ? "bar wanted" : "bar"} title=${textOf(output)}>
              <span class="fill" style=${{ height: typeof values[output] === "number" ? share(values[output]) : 0 }}></span>
              <span class="goal" style=${{ bottom: share(target) }}></span>
            </span>
          `,
        )}
      </span>
      <span class="small largest">${values.length > 0 && html`${nameOf(largest)}: <${Num} value=${values[largest]} name=${nameOf(largest)} />`}</span>
    </span>
  `;
}

// The largest outputs, and those whose targets are not the lowest value.
function Largest({ names, values = [], targets, range }) {
  const places = targets.map((_, output) => output);
  const inOrder = [...places].sort((one, other) => (values[other] ?? 0) - (values[one] ?? 0));
  const wanted = places.filter((output) => targets[output] === range.high).slice(0, LARGEST);
  const shown = new Set([...inOrder.slice(0, LARGEST), ...wanted]);
  return inOrder.filter((output) => shown.has(output)).map((output) => html`<${Output} key=${output} title=${nameIn(names)(output)} value=${values[output]} target=${targets[output]} range=${range} />`);
}

const nameIn = (names) => (output) => names[output] ?? `output ${output + 1}`;
