import { html } from "../shared/html.js";

export function Look({ place }) {
  return html`<p>${place.network}</p>`;
}
