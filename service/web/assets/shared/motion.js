// From one picture of a film to the next in a smooth motion, because a screen has more frames than the service has time for.
const LONGEST = 300; // ms from one picture to the next

// { show(isMoving, paint), end() }. `show` calls `paint(part)` for each frame, until the part of the way is 1: at once if the
// next picture does not follow soon, and in as much time as the last one took to arrive if it does.
export function newMotion() {
  let arrived = -Infinity;
  let frame = 0;
  return {
    show(isMoving, paint) {
      cancelAnimationFrame(frame);
      const now = performance.now();
      const duration = Math.min(now - arrived, LONGEST);
      arrived = now;
      const step = () => {
        const part = Math.min((performance.now() - now) / duration, 1);
        paint(part);
        if (part < 1) frame = requestAnimationFrame(step);
      };
      if (isMoving) frame = requestAnimationFrame(step);
      else paint(1);
    },
    end: () => cancelAnimationFrame(frame),
  };
}
