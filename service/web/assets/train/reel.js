// The frames of a film. An answer takes longer than a frame, so some are loaded ahead, each for the time when it will
// have arrived: a slow service sends fewer frames, and the film takes as long.

const LENGTH = 8000; // ms
const LONGEST = 300; // ms from one update to the next: a film of few updates is shorter

// Shows the updates after `from` with `show(update, frame)`, each loaded by `load(update, signal)`, until `latest()`; then
// calls `end(error)`, without an error after the last one. Frames are `pace` ms apart; up to `ahead` of them are loaded at
// the same time. Returns a function that ends the film before.
export function play({ first, from, latest, ahead, pace, load, show, end, clock = CLOCK }) {
  const controller = new AbortController();
  const frames = []; // { update, frame: undefined until it has arrived }, in order
  const length = Math.min(LENGTH, LONGEST * (latest() - first));
  const apart = () => Math.max(1, Math.round(((latest() - first) * pace) / length));
  const began = clock.now() - (length * (from - first)) / (latest() - first);
  const due = (time) => Math.floor(first + ((latest() - first) * (time - began)) / length);
  let last = from;
  let lead = 0; // ms from asking for a frame to its arrival

  const ask = async () => {
    const asked = clock.now();
    last = Math.min(Math.max(last + apart(), due(asked + lead)), latest());
    const place = { update: last };
    frames.push(place);
    try {
      place.frame = await load(last, controller.signal);
      lead += (clock.now() - asked - lead) / 4;
    } catch (error) {
      if (!controller.signal.aborted) stop(error);
    }
  };

  const stop = (error) => {
    controller.abort();
    end(error);
  };

  const step = () => {
    if (controller.signal.aborted) return;
    if (frames[0]?.frame && frames[0].update <= due(clock.now())) {
      const { update, frame } = frames.shift();
      if (update >= latest()) return stop();
      show(update, frame);
    }
    while (frames.length < ahead && last < latest()) ask();
    clock.next(step);
  };
  step();
  return () => controller.abort();
}

const CLOCK = { now: () => performance.now(), next: (step) => requestAnimationFrame(step) };
