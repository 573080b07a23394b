// Parts of the page that stay as they are while others change with every frame.
import { useRef } from "preact/hooks";
import { html } from "./html.js";

// The component `of`, drawn again only if one of its properties has changed. A memo of what is drawn would keep in memory
// what was drawn around it.
export function Held({ of, ...shown }) {
  this.shouldComponentUpdate = differs;
  return html`<${of} ...${shown} />`;
}

function differs(next) {
  return Object.keys({ ...this.props, ...next }).some((name) => this.props[name] !== next[name]);
}

// The same object as before, while it has the same JSON.
export function useSame(value) {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}
