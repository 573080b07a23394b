// A network as it is now, live: where its history stands, its latest run, and how fast it goes.
import { useEffect, useState } from "preact/hooks";
import { follow, get } from "./api.js";
import { sayAway, sayBack } from "./say.js";

// Of its updates a run's first and last alone, and edits: how far it is the page asks as often as it
// can show it, for a watch of all updates would tell of a million a second.
const STRIDE = Number.MAX_SAFE_INTEGER;
const LOOK = 300; // ms between two looks at a run that is running
const AWAY = 1000; // ms before a service that is away is asked again

const ALIVE = new Set(["RUN_STATE_PENDING", "RUN_STATE_RUNNING"]);
export const isRunning = (run) => Boolean(run) && ALIVE.has(run.state);

// Returns { network, run, latest, speed, error }: `network` is null until it is known, `run` null
// where there was none, `speed` the updates a second that were just made.
export function useLive(id) {
  const [live, setLive] = useState({ network: null, run: null, latest: 0, speed: null, error: null });
  useEffect(() => {
    const change = (changes) => setLive((old) => ({ ...old, ...changes }));
    return begin(id, change);
  }, [id]);
  return live;
}

function begin(id, change) {
  let end = () => {};
  let opening = null;
  let looking = null;
  let isEnded = false;
  let run = null;
  let latest = 0;
  let isAsking = false;
  const pace = newPace();

  const lost = () => {
    sayAway();
    change({ speed: null });
  };

  const show = (shown) => {
    run = shown;
    latest = Math.max(latest, Number(run.latestUpdate));
    change({ run, latest, speed: isRunning(run) ? pace(run) : null });
  };

  // Looks at the run, and again and again while it is running.
  const look = async () => {
    if (isAsking || !run) return;
    isAsking = true;
    clearTimeout(looking);
    let wait = LOOK;
    try {
      const answer = await get(`networks/${id}/runs/${run.run}`);
      if (isEnded) return;
      show(answer.run);
    } catch (error) {
      if (!error.isAway) return change({ error });
      wait = AWAY;
    } finally {
      isAsking = false;
    }
    if (isRunning(run)) looking = setTimeout(look, wait);
  };

  const open = async () => {
    try {
      const { network } = await get(`networks/${id}`);
      const { runs } = await get(`networks/${id}/runs`, { pageSize: 1 });
      latest = Number(network.latestUpdate);
      if (isEnded) return;
      change({ network, latest, error: null });
      if (runs[0]) show(runs[0]);
      watch(network.uid);
      look();
    } catch (error) {
      if (error.isAway) again();
      else change({ error });
    }
  };

  const again = () => {
    lost();
    opening = setTimeout(open, AWAY);
  };

  const watch = (uid) => {
    end();
    end = follow(id, { uid, startUpdate: latest + 1, stride: STRIDE, detail: "DETAIL_COST" }, {
      updates: (updates) => {
        latest = Math.max(latest, Number(updates.at(-1).update));
        change({ latest });
        look();
      },
      runEvent: (event) => {
        if (Number(event.run.run) >= Number(run?.run ?? 0)) show(event.run);
        look();
      },
      bookmark: look,
      state: (state, message) => {
        if (state === "open") sayBack();
        else if (state === "refused" && message) change({ error: new Error(message) });
        else if (state === "refused") again(); // it answers, but not yet with a stream
        else lost();
      },
    });
  };

  open();
  return () => {
    isEnded = true;
    clearTimeout(opening);
    clearTimeout(looking);
    end();
  };
}

// Updates a second between two looks at a run, which are a good part of a second apart.
function newPace() {
  let before = null;
  let speed = null;
  return ({ run, updatesDone, startTime }) => {
    const now = { run, done: Number(updatesDone), time: performance.now() };
    if (before?.run !== run || now.done < before.done) {
      before = now;
      speed = null;
    } else if (now.time - before.time > 400) {
      speed = ((now.done - before.done) * 1000) / (now.time - before.time);
      before = now;
    }
    return startTime ? speed : null;
  };
}
