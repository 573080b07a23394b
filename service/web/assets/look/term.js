// A word of the glossary, with its meaning on hover, on focus and for screen readers.
import { useId } from "preact/hooks";
import { html } from "../shared/html.js";
import { GLOSSARY } from "./glossary.js";

export function Term({ word }) {
  const id = useId();
  const text = GLOSSARY[word];
  return html`<span class="term" tabindex="0" aria-describedby=${id}
    >${word}<span class="meaning" role="tooltip" id=${id}>${text}</span></span
  >`;
}

// A sentence with terms of the glossary in braces.
export function Sentence({ text }) {
  return text.split(/\{(.*?)\}/).map((part, index) => (index % 2 ? html`<${Term} word=${part} />` : part));
}
