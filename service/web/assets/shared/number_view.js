// A number on the page: rounded, with all digits on focus, on hover and for screen readers. Its role allows
// a label that differs from its text.
import { html } from "./html.js";
import { exact, isRounded, rounded, short } from "./number_format.js";

// Of a number that was rounded on its way, only `digits` are right.
export function Num({ value, name, digits }) {
  if (value === undefined || value === null) return html`<span class="num none">–</span>`;
  if (digits) return html`<span class="num">≈ ${rounded(value, digits)}</span>`;
  const all = exact(value);
  const label = name ? `${name} = ${all}` : all;
  return isRounded(value)
    ? html`<span class="num" tabindex="0" role="img" data-exact=${all} title=${label} aria-label=${label}>${short(value)}</span>`
    : html`<span class="num" data-exact=${all} title=${label}>${short(value)}</span>`;
}
