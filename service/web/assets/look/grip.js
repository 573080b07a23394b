// On a phone: the edge between the picture and its explanation. Drag it, or move it with the arrow keys, to give one of
// them more room.
import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";

const LEAST = 120; // pixels of the picture
const MOST = 0.75; // of the window
const BY_KEY = { ArrowUp: -40, ArrowDown: 40 }; // pixels

// `height` is that of the picture in pixels, or undefined if it was not changed; `setHeight` changes it.
export function Grip({ height, setHeight }) {
  const from = useRef(null);
  const move = (to) => setHeight(Math.round(Math.min(Math.max(to, LEAST), MOST * innerHeight)));
  const heightOf = ({ currentTarget }) => currentTarget.previousElementSibling.offsetHeight;
  const press = (event) => {
    if (!BY_KEY[event.key]) return;
    event.preventDefault();
    event.stopPropagation(); // arrows step through the update
    move(heightOf(event) + BY_KEY[event.key]);
  };
  const grasp = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { y: event.clientY, height: heightOf(event) };
  };
  return html`
    <div
      class="grip"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the picture"
      aria-valuenow=${height ?? 0}
      aria-valuetext=${height === undefined ? "automatic" : `${height} pixels`}
      tabindex="0"
      onPointerDown=${grasp}
      onPointerMove=${(event) => from.current && move(from.current.height + event.clientY - from.current.y)}
      onPointerUp=${() => (from.current = null)}
      onPointerCancel=${() => (from.current = null)}
      onKeyDown=${press}
    ></div>
  `;
}
