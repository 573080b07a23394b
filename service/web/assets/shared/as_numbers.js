// The numbers of a drawing as a table, made when it is opened.
import { useState } from "preact/hooks";
import { html } from "./html.js";

// `label` says what they are; `rowsOf()` returns a row for each of them, whose first cell is its head.
export function AsNumbers({ label, titles, rowsOf }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <details class="as-numbers small" onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>Show as numbers</summary>
      ${isOpen &&
      html`<div class="scrolled" tabindex="0" role="region" aria-label=${label}>
        <table>
          <thead>
            <tr>${titles.map((title) => html`<th scope="col" key=${title}>${title}</th>`)}</tr>
          </thead>
          <tbody>
            ${rowsOf().map(
              ([head, ...cells]) => html`<tr key=${head}>
                <th scope="row">${head}</th>
                ${cells.map((cell, index) => html`<td key=${index} class=${typeof cell === "number" ? "num" : ""}>${cell ?? "–"}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`}
    </details>
  `;
}
