// A word of the glossary, with what it means at hand: on hovering, on focus, and for screen readers.
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

// A sentence whose words in braces are explained.
export function Sentence({ text }) {
  return text.split(/\{(.*?)\}/).map((part, index) => (index % 2 ? html`<${Term} word=${part} />` : part));
}
