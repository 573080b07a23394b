// The points of a plane on a canvas: a sign for each, in the colour of its class.
import { useLayoutEffect, useRef } from "preact/hooks";
import { watchTheme } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { drawPoints, nearest, placesOf } from "./plane_drawing.js";

const NEAR = 16; // pixels
const ROOM = { first: null }; // before there are points

// `frame` are points that fit into the drawing beside `points`, and give it a scale for all updates; it changes with
// `frameKey`. `isShown` tells which points are not faint. `pointed` is the place of the point that is marked.
export function PlaneCanvas({ points, names, isShown, frame, frameKey, pointed, setPointed, setPinned }) {
  const canvas = useRef(null);
  const seen = useRef(ROOM);
  if (seen.current.key !== frameKey) seen.current = { key: frameKey };
  const draw = useRef(() => {});
  draw.current = () => {
    const { clientWidth: width, clientHeight: height } = canvas.current;
    const places = placesOf(points, frame ?? [], { width, height }, seen.current);
    drawPoints(canvas.current, { points, places, names, isShown, pointed });
    canvas.current.places = places;
  };
  useLayoutEffect(() => draw.current());
  useLayoutEffect(() => {
    const again = () => draw.current();
    const resized = new ResizeObserver(again);
    resized.observe(canvas.current);
    const themed = watchTheme(again);
    return () => {
      resized.disconnect();
      themed();
    };
  }, []);
  const at = ({ offsetX, offsetY }) => nearest(canvas.current.places ?? [], offsetX, offsetY, NEAR);
  const press = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || !points.length) return;
    event.preventDefault();
    setPinned(((pointed ?? -1) + by + points.length) % points.length);
  };
  return html`
    <canvas
      ref=${canvas}
      tabindex="0"
      role="img"
      aria-label=${`${points.length} examples as points. Use the arrow keys to read single ones.`}
      onPointerMove=${(event) => setPointed(at(event))}
      onPointerLeave=${() => setPointed(null)}
      onClick=${(event) => setPinned(at(event))}
      onKeyDown=${press}
    ></canvas>
  `;
}
