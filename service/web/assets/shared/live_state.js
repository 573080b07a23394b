// The state of a watched network, from one event to the next: a pure function that also returns what to
// do next. live.js does it.

const ALIVE = new Set(["RUN_STATE_PENDING", "RUN_STATE_RUNNING"]);
export const isRunning = (run) => Boolean(run) && ALIVE.has(run.state);

const LOOK = 300; // ms between two requests for a running run
const SECOND = 1000; // ms
const LEAST = 400; // ms that a speed is measured over
const AWAY = 1000; // ms before a retry while the service is unavailable

const STILL = { run: null, samples: [], speed: null };

// `shown` is what the page shows: `network` is null until it is known, `run` is null without a run, `speed`
// is in updates per second.
export const START = {
  shown: { network: null, run: null, latest: 0, speed: null, error: null },
  pace: STILL,
  isAsking: false,
  isOvertaken: false, // an event about the run has come since it was requested
};

// Returns the next state, and what to do: [name, argument]. `event` has a `kind`; `time` is when it
// occurred, in ms.
export function next(state, event) {
  return EVENTS[event.kind](state, event);
}

const EVENTS = {
  // The network, and its latest run.
  opened(state, { network, run, time }) {
    const known = show(state, { network, latest: Number(network.latestUpdate), error: null });
    const [after, todo] = look(run ? showRun(known, withKnownWarnings(known, run), time) : known);
    return [after, [["watch", after.shown.latest + 1], ...todo]];
  },
  // The service is unavailable, or not yet ready for a watch.
  notOpened: (state) => [show(state, { speed: null }), [["notifyUnavailable"], ["openIn", AWAY]]],
  // An error of the service ends the watch.
  refused: (state, { error }) => [show({ ...state, isAsking: false }, { error }), []],
  // The response with the run. What may be older than an event is not shown.
  looked(state, { run, time }) {
    const answered = { ...state, isAsking: false };
    if (state.isOvertaken) return look(answered);
    const after = showRun(answered, run, time);
    return [after, isRunning(run) ? [["lookIn", LOOK]] : []];
  },
  // The request for the run failed.
  notLooked: (state) => [{ ...state, isAsking: false }, isRunning(state.shown.run) ? [["lookIn", AWAY]] : []],
  // What the watch sends.
  updates: (state, { latest }) => look(show(state, { latest: Math.max(state.shown.latest, latest) })),
  runEvent(state, { run, time }) {
    const isLatest = Number(run.run) >= Number(state.shown.run?.run ?? 0);
    return look(isLatest ? { ...showRun(state, withKnownWarnings(state, run), time), isOvertaken: true } : state);
  },
  bookmark: look,
  watching: (state) => [state, [["notifyAvailable"]]],
  lost: (state) => [show(state, { speed: null }), [["notifyUnavailable"]]],
  // Time to request the run again.
  look,
};

const show = (state, changes) => ({ ...state, shown: { ...state.shown, ...changes } });

// Only the response to a request for the run has its warnings: the runs in lists and events have none.
function withKnownWarnings({ shown: { run: before } }, run) {
  return run.run === before?.run ? { ...run, warnings: before.warnings } : run;
}

function showRun(state, run, time) {
  const pace = isRunning(run) ? paceAfter(state.pace, run, time) : STILL;
  const latest = Math.max(state.shown.latest, Number(run.latestUpdate));
  return show({ ...state, pace }, { run, latest, speed: isRunning(run) && run.startTime ? pace.speed : null });
}

// Requests the run, one request at a time.
function look(state) {
  const { run } = state.shown;
  if (state.isAsking || !run) return [state, []];
  return [{ ...state, isAsking: true, isOvertaken: false }, [["look", run.run]]];
}

// Updates per second over the last second: since the newest sample that is at least a second old, or
// since the first sample.
function paceAfter({ run: before, samples: known, speed }, { run, updatesDone }, time) {
  const now = { done: Number(updatesDone), time };
  const samples = before === run && now.done >= (known.at(-1)?.done ?? 0) ? known : [];
  const from = samples.findLast((each) => time - each.time >= SECOND) ?? samples[0] ?? now;
  const kept = [...samples.slice(samples.indexOf(from)), now];
  const measured = ((now.done - from.done) * SECOND) / (time - from.time);
  return { run, samples: kept, speed: time - from.time < LEAST ? (samples.length ? speed : null) : measured };
}
