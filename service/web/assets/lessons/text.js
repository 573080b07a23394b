// The text of a lesson.
import { html } from "../shared/html.js";
import { blocksOf, spansOf } from "./markdown.js";

export const Text = ({ text }) => blocksOf(text).map((block, index) => (block.kind === "list" ? html`<${Listed} key=${index} block=${block} />` : html`<p key=${index}><${Spans} spans=${block.spans} /></p>`));

const Listed = ({ block: { isOrdered, items } }) => html`<${isOrdered ? "ol" : "ul"}>${items.map((spans, index) => html`<li key=${index}><${Spans} spans=${spans} /></li>`)}</${isOrdered ? "ol" : "ul"}>`;

// A line of text without paragraphs.
export const Line = ({ text }) => html`<${Spans} spans=${spansOf(text)} />`;

const Spans = ({ spans }) => spans.map(span);

function span({ kind, text, address }) {
  if (kind === "strong") return html`<strong>${text}</strong>`;
  if (kind === "emphasis") return html`<em>${text}</em>`;
  if (kind === "code") return html`<code>${text}</code>`;
  if (kind === "link") return html`<a href=${address} rel="noopener">${text}</a>`;
  return text;
}
