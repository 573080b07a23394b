// In the place of what has not arrived. It appears after a moment, so that nothing flashes by.
import { html } from "./html.js";

export const Loading = ({ what }) => html`<p class="loading soft" role="status">Loading ${what}…</p>`;
