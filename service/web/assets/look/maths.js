// MathML elements. Numbers have four digits, and all digits on hover.
import { html } from "../shared/html.js";
import { exact, relation, short } from "../shared/number_format.js";

export const id = (name) => html`<mi>${name}</mi>`;
export const space = () => html`<mspace width="1.5em" />`; // a new one each time: an element keeps where it was shown
export const op = (sign) => html`<mo>${sign}</mo>`;
export const row = (...parts) => html`<mrow>${parts}</mrow>`;
export const sub = (name, ...index) => html`<msub><mi>${name}</mi><mrow>${index}</mrow></msub>`;
export const prime = (part) => html`<msup>${part}<mo>′</mo></msup>`;
export const over = (up, down) => html`<mfrac>${up}${down}</mfrac>`;
// In parentheses that grow with what is in them, or that do not, such as those of a single line.
export const grouped = (...parts) => row(op("("), ...parts, op(")"));
export const flat = (...parts) => row(html`<mo stretchy="false">(</mo>`, ...parts, html`<mo stretchy="false">)</mo>`);
export const call = (name, ...parts) => row(name, flat(...parts));

export function n(value) {
  const text = html`<mn data-exact=${exact(value)} title=${exact(value)}>${short(value)}</mn>`;
  return typeof value === "number" && (value < 0 || Object.is(value, -0)) ? row(op("("), text, op(")")) : text;
}

// "= 0.5", or "≈ 0.1235" where that is rounded.
export const gives = (value) =>
  row(op(relation(value)), html`<mn class="result" data-exact=${exact(value)} title=${exact(value)}>${short(value)}</mn>`);

export const Maths = ({ children }) => html`<math display="block">${children}</math>`;
