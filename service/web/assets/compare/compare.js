import { html } from "../shared/html.js";

export function Compare({ place }) {
  return html`<p>${place.network}</p>`;
}
