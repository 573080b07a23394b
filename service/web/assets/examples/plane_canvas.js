// The points of a plane on a canvas: a sign for each, in the colour of its class.
import { useLayoutEffect, useRef } from "preact/hooks";
import { watchTheme } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { isInSight } from "../shared/sight.js";
import { drawPoints } from "./plane_drawing.js";
import { between, nearest, placesOf } from "./plane_places.js";

const NEAR = 16; // pixels
const LONGEST = 140; // ms in which points move to their next places: not longer than the next update takes to arrive

// `frame` are points that fit into the drawing beside `points`, and give it a scale for all updates; it changes with
// `frameKey`. `isShown` tells which points are not faint. `pointed` is the index of the point that is marked.
export function PlaneCanvas({ points, names, isShown, frame, frameKey, pointed, setPointed, setPinned }) {
  const canvas = useRef(null);
  const now = useRef({});
  Object.assign(now.current, { points, names, isShown, pointed, frame, frameKey });
  useLayoutEffect(() => drawNow(canvas.current, now.current));
  useLayoutEffect(() => {
    const again = () => drawNow(canvas.current, now.current);
    const resized = new ResizeObserver(again);
    resized.observe(canvas.current);
    const themed = watchTheme(again);
    return () => {
      resized.disconnect();
      themed();
      cancelAnimationFrame(now.current.next);
    };
  }, []);
  const at = ({ offsetX, offsetY }) => nearest(now.current.places ?? [], offsetX, offsetY, NEAR);
  const press = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || !points.length) return;
    event.preventDefault();
    setPinned(((pointed ?? (by > 0 ? -1 : 0)) + by + points.length) % points.length);
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

// Draws the points, or begins to move them to their places at another update. `now` has what is drawn, and keeps
// `places`, where the points are.
function drawNow(canvas, now) {
  cancelAnimationFrame(now.next);
  const isSame = now.drawn?.frameKey === now.frameKey && now.drawn.points.length === now.points.length;
  if (!isSame) now.seen = {};
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  const ends = placesOf(now.points, now.frame ?? [], size, now.seen);
  if (isSame && now.drawn.points !== now.points && isInSight(canvas) && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const began = performance.now();
    // From where they would be by now: its frame has not come if an update is shown in each one.
    const starts = now.way ? placesOn(now.way) : now.places;
    now.way = { starts, ends, began, duration: Math.min(began - (now.arrived ?? 0), LONGEST) };
    now.arrived = began;
  } else if (!isSame) {
    now.way = null;
  }
  now.drawn = { points: now.points, frameKey: now.frameKey };
  if (now.way) now.way.ends = ends;
  const step = () => {
    now.places = now.way ? placesOn(now.way) : ends;
    if (now.places === ends) now.way = null;
    drawPoints(canvas, now);
    if (now.way) now.next = requestAnimationFrame(step);
  };
  step();
}

function placesOn({ starts, ends, began, duration }) {
  const part = Math.min((performance.now() - began) / duration, 1);
  return part < 1 ? between(starts, ends, part) : ends;
}
