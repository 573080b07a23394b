// Warnings about a training set or a run: what was found, and what to do.
import { html } from "./html.js";

// `onUpdate` opens the updates that they name; `remedies` are what can be done at once, by the codes of warnings.
export function Warnings({ warnings = [], label, onUpdate, remedies = {} }) {
  if (!warnings.length) return null;
  return html`
    <ul class="warnings" aria-label=${label}>
      ${warnings.map(({ code, message, action }) => html`<li key=${code + message} data-code=${code}><span>${onUpdate ? linked(message, onUpdate) : message}</span> <span class="soft">${action}</span>${remedies[code]}</li>`)}
    </ul>
  `;
}

const UPDATE = /(update [\d,]+\d|update \d)/;

// A text whose updates, such as "update 1,234", are links.
const linked = (text, open) =>
  text.split(UPDATE).map((part) => (UPDATE.test(part) ? html`<button type="button" class="link" onClick=${() => open(Number(part.replace(/\D/g, "")))}>${part}</button>` : part));
