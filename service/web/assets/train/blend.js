// Surfaces that a film shows: from the values of one update to those of the next in a smooth motion, because a screen
// has more frames than the service has time for. What stands still has the values of one update.
import { useLayoutEffect, useRef } from "preact/hooks";
import { watchTheme } from "../shared/curve.js";
import { newMotion } from "../shared/motion.js";

// Calls `paint(surfaces)` for each frame. `surfaces` are arrays of numbers, null until they are here; `isMoving` is
// whether the next ones follow soon.
export function useBlend(surfaces, isMoving, paint) {
  const painter = useRef(null);
  painter.current = paint;
  const blend = useRef(null);
  blend.current ??= newBlend((shown) => painter.current(shown));
  useLayoutEffect(() => {
    blend.current.show(surfaces, isMoving);
  }, [surfaces]);
  useLayoutEffect(() => blend.current.repaint()); // before the browser paints
  // Until the canvas is removed.
  useLayoutEffect(() => {
    const end = watchTheme(() => blend.current.repaint());
    return () => (end(), blend.current.end());
  }, []);
}

function newBlend(paint) {
  const motion = newMotion();
  let shown = null;
  let isOnItsWay = false; // and painted in the next frame
  return {
    show(surfaces, isMoving) {
      if (!surfaces) return;
      motion.advance();
      const from = shown;
      const isBlended = isMoving && isAlike(from, surfaces);
      isOnItsWay = isBlended;
      motion.show(isBlended, (part) => {
        isOnItsWay = part < 1;
        shown = part < 1 ? mixed(from, surfaces, part) : surfaces;
        if (isBlended) paint(shown);
      });
    },
    repaint() {
      if (shown && !isOnItsWay) paint(shown);
    },
    end: motion.end,
  };
}

const isAlike = (one, other) => one?.length === other.length && one[0].length === other[0].length;

// A value that is not a number has none on the way to it.
const mixed = (from, to, part) => to.map((values, index) => values.map((value, place) => between(from[index][place], value, part)));

const between = (before, after, part) => (typeof before === "number" && typeof after === "number" ? before + (after - before) * part : after);
