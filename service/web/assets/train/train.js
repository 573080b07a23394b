import { html } from "../shared/html.js";

export function Train({ place }) {
  return html`<p>${place.network}</p>`;
}
