// A number on the page: short to read; exact on focus, for screen readers and on hovering. Its role
// lets it have a name that is not its text.
import { html } from "./html.js";
import { about, exact, isRounded } from "./number_format.js";

export function Num({ value, name }) {
  if (value === undefined || value === null) return html`<span class="num none">–</span>`;
  const all = exact(value);
  const label = name ? `${name} = ${all}` : all;
  return isRounded(value)
    ? html`<span class="num" tabindex="0" role="img" data-exact=${all} title=${label} aria-label=${label}>${about(value)}</span>`
    : html`<span class="num" data-exact=${all} title=${label}>${about(value)}</span>`;
}
