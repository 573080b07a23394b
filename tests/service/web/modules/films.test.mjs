// A film shows updates in order and in time, however long each takes to load.
import assert from "node:assert/strict";
import test from "node:test";
import { newMotion } from "./assets/shared/motion.js";
import { play } from "./assets/train/reel.js";

const FRAME = 16; // ms
const PACE = 60; // ms

// Plays a film on a clock of its own; each update takes `delay` ms to load. Returns what it showed, and how it ended.
async function played({ from = 0, first = 0, latest, ahead = 3, delay, fails = Infinity }) {
  let [time, frame] = [0, null];
  const [shown, arriving] = [[], []];
  const found = { shown, most: 0, ended: null };
  const end = (error) => (found.ended = { time, error });
  const load = (update) =>
    new Promise((resolve, reject) => {
      arriving.push({ due: time + delay, done: () => (update >= fails ? reject(new Error("away")) : resolve(`frame ${update}`)) });
      found.most = Math.max(found.most, arriving.length);
    });
  play({ first, from, latest: () => latest, ahead, pace: PACE, load, end, show: (update, of) => shown.push({ update, of, time }), clock: { now: () => time, next: (step) => (frame = step) } });
  while (!found.ended && time < 60_000) {
    time += FRAME;
    for (const each of arriving.filter(({ due }) => due <= time)) {
      arriving.splice(arriving.indexOf(each), 1);
      each.done();
    }
    await null;
    await null;
    const step = frame;
    frame = null;
    step?.();
  }
  return found;
}

test("a film shows updates in order, none before its time, and ends with the last one", async () => {
  for (const delay of [0, 5, 40, 130, 400, 1500]) {
    for (const latest of [2, 7, 30, 600, 1_000_000]) {
      for (const ahead of [1, 3]) {
        const { shown, most, ended } = await played({ latest, ahead, delay });
        const numbers = shown.map(({ update }) => update);
        assert.deepEqual(numbers, [...new Set(numbers)].sort((one, other) => one - other));
        assert.ok(shown.every(({ update, of }) => of === `frame ${update}` && update > 0 && update < latest));
        const length = Math.min(8000, 300 * latest);
        assert.ok(shown.every(({ update, time }) => time >= (length * update) / latest));
        assert.ok(most <= ahead);
        assert.equal(ended.error, undefined);
        // A slow service sends fewer frames, and the film takes hardly longer.
        assert.ok(ended.time >= length && ended.time <= length + 2 * delay + 5 * FRAME, `${latest} updates, ${delay} ms: ${ended.time}`);
      }
    }
  }
});

test("a quick service sends sixteen updates per second", async () => {
  const { shown } = await played({ latest: 3000, delay: 20 });
  assert.ok(shown.length >= 8 * 16, `${shown.length} frames`);
});

test("a film begins where it is told to", async () => {
  const { shown, ended } = await played({ first: 100, from: 600, latest: 1100, delay: 20 });
  assert.ok(shown[0].update > 600 && shown[0].update < 620);
  assert.ok(Math.abs(ended.time - 4000) < 100);
});

test("a film ends with the error of an update that cannot be loaded", async () => {
  const { shown, ended } = await played({ latest: 100, delay: 20, fails: 50 });
  assert.equal(ended.error.message, "away");
  assert.ok(shown.every(({ update }) => update < 50));
});

test("a picture becomes the next one in as much time as passed between both, and at once if it stands still", (t) => {
  let [time, frame] = [1000, null];
  t.mock.method(performance, "now", () => time);
  globalThis.requestAnimationFrame = (step) => (frame = step);
  globalThis.cancelAnimationFrame = () => (frame = null);
  const motion = newMotion();
  const parts = [];
  const show = (isMoving) => motion.show(isMoving, (part) => parts.push(part));
  show(false);
  time += 100;
  show(true);
  for (; frame; time += 40) {
    const step = frame;
    frame = null;
    step();
  }
  assert.deepEqual(parts, [1, 0, 0.4, 0.8, 1]);
  motion.advance();
  assert.equal(parts.length, 5, "the way is over");
  show(true);
  time += 40;
  motion.advance();
  assert.equal(parts.pop(), 0.25, "before its next frame");
  motion.end();
  assert.equal(frame, null);
});
