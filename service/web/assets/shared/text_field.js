// A text that counts once it is complete: when Enter is pressed, or the field is left.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";

// `committed(text)` is called with the complete text. What is typed stays when the page is drawn anew in
// the meantime, and gives way to another `value`.
export function TextField({ value, committed, ...attributes }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return html`<input ...${attributes} value=${text} autocomplete="off" spellcheck=${false} onInput=${(event) => setText(event.target.value)} onChange=${(event) => committed(event.target.value.trim())} />`;
}
