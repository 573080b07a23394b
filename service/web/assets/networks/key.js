// The line of a network in plots, beside its name.
import { html } from "../shared/html.js";

export const Key = ({ look }) => html`
  <svg class="key" viewBox="0 0 28 8" aria-hidden="true"><path d="M0,4H28" style=${{ stroke: `var(${look.stroke})`, strokeDasharray: look.dash.join(" ") }} /></svg>
`;
