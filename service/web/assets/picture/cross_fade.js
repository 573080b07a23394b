// What a canvas shows, becoming what it shows next.
import { newMotion } from "../shared/motion.js";
import { isInSight } from "../shared/sight.js";

// { show(canvas, isFollowed, draw), end() }. `draw(ctx)` draws all of a canvas of that size; it is there at once
// unless another one follows soon and somebody sees it.
export function newCrossFade() {
  const motion = newMotion();
  const [before, after] = [new OffscreenCanvas(0, 0), new OffscreenCanvas(0, 0)];
  return {
    show(canvas, isFollowed, draw) {
      const isMoving = isFollowed && isInSight(canvas);
      if (isMoving) {
        motion.advance();
        for (const each of [before, after]) Object.assign(each, { width: canvas.width, height: canvas.height });
        contextOf(before).drawImage(canvas, 0, 0);
        draw(contextOf(after));
      }
      motion.show(isMoving, (part) => {
        const ctx = contextOf(canvas);
        ctx.clearRect(0, 0, canvas.width, canvas.height);
        if (part < 1) mix(ctx, before, after, part);
        else if (isMoving) ctx.drawImage(after, 0, 0);
        else draw(ctx);
        if (part === 1) for (const each of [before, after]) Object.assign(each, { width: 0, height: 0 }); // frees their memory
      });
    },
    end: motion.end,
  };
}

// The sum of both, each in its part: one over the other would hide what is behind transparent colours only in part.
function mix(ctx, before, after, part) {
  ctx.save();
  ctx.globalCompositeOperation = "lighter";
  ctx.globalAlpha = 1 - part;
  ctx.drawImage(before, 0, 0);
  ctx.globalAlpha = part;
  ctx.drawImage(after, 0, 0);
  ctx.restore();
}

// Drawn by the processor, which is done with a few cells before a graphics card has begun.
export const contextOf = (canvas) => canvas.getContext("2d", { willReadFrequently: true });
