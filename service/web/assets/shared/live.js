// A network, live: its latest update, its latest run and the speed of that run.
import { useEffect, useState } from "preact/hooks";
import { follow, get } from "./api.js";
import { next, START } from "./live_state.js";
import { notifyUnavailable, notifyAvailable } from "./notices.js";

// The watch sends only the first and last update of each run, and edits: a watch of all updates could
// send a million per second. The page requests the progress of the run as often as it can show it.
const STRIDE = Number.MAX_SAFE_INTEGER;

// Returns { network, run, latest, speed, error }, as live_state.js has them.
export function useLive(id) {
  const [live, setLive] = useState(START.shown);
  useEffect(() => begin(id, setLive), [id]);
  return live;
}

// Watches a network, and returns a function that ends the watch.
function begin(id, show) {
  let state = START;
  let isEnded = false;
  let endWatch = () => {};
  const timers = {};

  const happen = (kind, more) => {
    if (isEnded) return;
    const [after, todo] = next(state, { kind, time: performance.now(), ...more });
    if (after.shown !== state.shown) show(after.shown);
    state = after;
    for (const [name, argument] of todo) DO[name](argument);
  };

  const attempt = async (ask, done, away) => {
    try {
      happen(done, await ask());
    } catch (error) {
      if (error.isUnavailable) happen(away);
      else happen("refused", { error });
    }
  };

  const DO = {
    open: () => attempt(() => networkAndRun(id), "opened", "notOpened"),
    openIn: (wait) => (timers.open = setTimeout(DO.open, wait)),
    look(run) {
      clearTimeout(timers.look);
      attempt(() => get(`networks/${id}/runs/${run}`), "looked", "notLooked");
    },
    lookIn: (wait) => (timers.look = setTimeout(() => happen("look"), wait)),
    watch(startUpdate) {
      endWatch();
      const { uid } = state.shown.network;
      endWatch = follow(id, { uid, startUpdate, stride: STRIDE, detail: "DETAIL_COST" }, {
        updates: (updates) => happen("updates", { latest: Number(updates.at(-1).update) }),
        runEvent: ({ run }) => happen("runEvent", { run }),
        bookmark: () => happen("bookmark"),
        state: (of, message) => happen(...eventOf(of, message)),
      });
    },
    notifyUnavailable,
    notifyAvailable,
  };

  DO.open();
  return () => {
    isEnded = true;
    Object.values(timers).forEach(clearTimeout);
    endWatch();
  };
}

async function networkAndRun(id) {
  const { network } = await get(`networks/${id}`);
  const { runs } = await get(`networks/${id}/runs`, { pageSize: 1 });
  return { network, run: runs[0] };
}

// The event for a state of the stream. If it is refused without a message, the service responds, but not
// yet with a stream.
function eventOf(state, message) {
  if (state === "open") return ["watching"];
  if (state === "lost") return ["lost"];
  return message ? ["refused", { error: new Error(message) }] : ["notOpened"];
}
