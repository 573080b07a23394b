// Parts of the page that stay as they are while others change with every frame.
import { useMemo, useRef } from "preact/hooks";
import { html } from "./html.js";

// The component `of`, drawn again only if something that it shows has changed. It must keep nothing else in memory, so
// what is shown are its properties, and not what a function can reach.
export const Held = ({ of, ...shown }) => useMemo(() => html`<${of} ...${shown} />`, [of, ...Object.values(shown)]);

// The same object as before, while it has the same JSON.
export function useSame(value) {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}
