// A network as it is now, live: where its history stands, its latest run, and how fast it goes.
import { useEffect, useState } from "preact/hooks";
import { follow, get } from "./api.js";
import { next, START } from "./live_state.js";
import { notifyAway, notifyBack } from "./notices.js";

// Of its updates a run's first and last alone, and edits: how far it is the page asks as often as it
// can show it, for a watch of all updates would tell of a million a second.
const STRIDE = Number.MAX_SAFE_INTEGER;

// Returns { network, run, latest, speed, error }, as live_state.js has them.
export function useLive(id) {
  const [live, setLive] = useState(START.shown);
  useEffect(() => begin(id, setLive), [id]);
  return live;
}

// Follows a network, and returns what ends it.
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
      if (error.isAway) happen(away);
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
    notifyAway,
    notifyBack,
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

// What the state of a stream means. Refused without a message, the service answers, but not yet with a
// stream.
function eventOf(state, message) {
  if (state === "open") return ["watching"];
  if (state === "lost") return ["lost"];
  return message ? ["refused", { error: new Error(message) }] : ["notOpened"];
}
