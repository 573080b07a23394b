// The groups of settings that are seldom needed. They are collapsed, and open if one has an error.
import { useState } from "preact/hooks";
import { html } from "../../shared/html.js";
import { GROUPS } from "./groups.js";

export function MoreFields(field) {
  const [isOpen, setOpen] = useState(false);
  const isWrong = GROUPS.some(({ defaults }) => Object.keys(defaults).some((name) => field.wrong[name]));
  return html`
    <details open=${isOpen || isWrong} onToggle=${(event) => setOpen(event.target.open)}>
      <summary>More settings</summary>
      ${GROUPS.map(
        ({ legend, Fields }) => html`
          <fieldset key=${legend}>
            <legend>${legend}</legend>
            <${Fields} ...${field} />
          </fieldset>
        `,
      )}
    </details>
  `;
}
