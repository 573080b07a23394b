// The parts of the view of a run that are below the fold: links that lead to them.
import { html } from "../shared/html.js";

// `parts` are names of panels. They are found when one is wanted: some appear later than others.
export const Contents = ({ parts }) => html`
  <nav class="contents small" aria-label="Parts of this view">
    ${parts.map((part) => html`<button type="button" class="link" key=${part} onClick=${() => show(part)}>${part}</button>`)}
  </nav>
`;

function show(part) {
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  document.querySelector(`.watched section[aria-label="${part}"]`)?.scrollIntoView({ behavior, block: "start" });
}
