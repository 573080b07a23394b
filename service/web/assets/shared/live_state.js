// What is known of a network that is followed, from one event to the next: a pure function, which also
// says what has to be done. What does it is in live.js.

const ALIVE = new Set(["RUN_STATE_PENDING", "RUN_STATE_RUNNING"]);
export const isRunning = (run) => Boolean(run) && ALIVE.has(run.state);

const LOOK = 300; // ms between two looks at a run that is running
const SECOND = 1000; // ms
const LEAST = 400; // ms that a speed is measured over
const AWAY = 1000; // ms before a service that is away is asked again

const STILL = { run: null, samples: [], speed: null };

// `shown` is what the page sees: `network` is null until it is known, `run` null where there was none,
// `speed` the updates a second that were just made.
export const START = {
  shown: { network: null, run: null, latest: 0, speed: null, error: null },
  pace: STILL,
  isAsking: false,
};

// Returns the next state, and what is to be done: [name, argument]. `event` has a `kind`; `time` is when
// it came, in ms.
export function next(state, event) {
  return EVENTS[event.kind](state, event);
}

const EVENTS = {
  // The network, and its latest run.
  opened(state, { network, run, time }) {
    const known = show(state, { network, latest: Number(network.latestUpdate), error: null });
    const [after, todo] = look(run ? showRun(known, run, time) : known);
    return [after, [["watch", after.shown.latest + 1], ...todo]];
  },
  // The service is away, or not yet ready for a watch.
  notOpened: (state) => [show(state, { speed: null }), [["notifyAway"], ["openIn", AWAY]]],
  // What the service says no to ends it.
  refused: (state, { error }) => [show({ ...state, isAsking: false }, { error }), []],
  // The run, as it was asked for.
  looked(state, { run, time }) {
    const after = showRun({ ...state, isAsking: false }, run, time);
    return [after, isRunning(run) ? [["lookIn", LOOK]] : []];
  },
  // It could not be asked for.
  notLooked: (state) => [{ ...state, isAsking: false }, isRunning(state.shown.run) ? [["lookIn", AWAY]] : []],
  // What a watch tells.
  updates: (state, { latest }) => look(show(state, { latest: Math.max(state.shown.latest, latest) })),
  runEvent(state, { run, time }) {
    const isLatest = Number(run.run) >= Number(state.shown.run?.run ?? 0);
    return look(isLatest ? showRun(state, run, time) : state);
  },
  bookmark: look,
  watching: (state) => [state, [["notifyBack"]]],
  lost: (state) => [show(state, { speed: null }), [["notifyAway"]]],
  // It is time for another look.
  look,
};

const show = (state, changes) => ({ ...state, shown: { ...state.shown, ...changes } });

function showRun(state, run, time) {
  const pace = isRunning(run) ? paceAfter(state.pace, run, time) : STILL;
  const latest = Math.max(state.shown.latest, Number(run.latestUpdate));
  return show({ ...state, pace }, { run, latest, speed: isRunning(run) && run.startTime ? pace.speed : null });
}

// Asks for the run, one question at a time.
function look(state) {
  const { run } = state.shown;
  if (state.isAsking || !run) return [state, []];
  return [{ ...state, isAsking: true }, [["look", run.run]]];
}

// Updates per second over the last second: between the newest of the looks at the run that are at least
// a second old, or the first one, and this look.
function paceAfter({ run: before, samples: known, speed }, { run, updatesDone }, time) {
  const now = { done: Number(updatesDone), time };
  const samples = before === run && now.done >= (known.at(-1)?.done ?? 0) ? known : [];
  const from = samples.findLast((each) => time - each.time >= SECOND) ?? samples[0] ?? now;
  const kept = [...samples.slice(samples.indexOf(from)), now];
  const measured = ((now.done - from.done) * SECOND) / (time - from.time);
  return { run, samples: kept, speed: time - from.time < LEAST ? (samples.length ? speed : null) : measured };
}
