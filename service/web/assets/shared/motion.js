// From one picture of a film to the next in a smooth motion, because a screen has more frames than the service has time for.
const LONGEST = 300; // ms from one picture to the next

// { advance(), show(isMoving, paint), end() }. `show` calls `paint(part)` for each frame, until the part of the way is 1: at
// once if the next picture does not follow soon, and in as much time as the last one took to arrive if it does. `advance`
// paints where the last way has got to, for the next to begin there: the frame for this has not come if a picture is shown
// in each one.
export function newMotion() {
  let arrived = -Infinity;
  let frame = 0;
  let step = null; // of a way that is not over
  const stop = () => {
    cancelAnimationFrame(frame);
    step = null;
  };
  return {
    advance: () => step?.(),
    show(isMoving, paint) {
      stop();
      const now = performance.now();
      const duration = Math.min(now - arrived, LONGEST);
      arrived = now;
      if (!isMoving) return paint(1);
      step = () => {
        cancelAnimationFrame(frame);
        const part = Math.min((performance.now() - now) / duration, 1);
        if (part < 1) frame = requestAnimationFrame(step);
        else step = null;
        paint(part);
      };
      frame = requestAnimationFrame(step);
    },
    end: stop,
  };
}
