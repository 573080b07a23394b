// Warnings about a training set or a run: what was found, and what to do.
import { html } from "./html.js";

export function Warnings({ warnings = [], label }) {
  if (!warnings.length) return null;
  return html`
    <ul class="warnings" aria-label=${label}>
      ${warnings.map(({ code, message, action }) => html`<li key=${code + message} data-code=${code}><span>${message}</span> <span class="soft">${action}</span></li>`)}
    </ul>
  `;
}
