// What the page shows: the place that its address names.
import { useEffect, useState } from "preact/hooks";
import { placeOf, searchOf } from "./address.js";

const listeners = new Set();
let current = placeOf(location.search);

// Of another network, other updates and examples are interesting.
const OF_NETWORK = ["class", "predicted", "wrong", "examples", "layer", "axes", "point", "zoom"];
const NONE = Object.fromEntries(OF_NETWORK.map((name) => [name, undefined]));

// What the browser's Back takes back. Other changes, such as of the update, are too many for that.
const STEPS = ["mode", "network", "other", "where", "lesson", "part", "weight", "unit", "class", "predicted", "wrong"];

// Changes the address: `changes` are merged into it, undefined removes a part. `push` tells whether this adds an entry to
// the browser's history.
export function go(changes, { push = STEPS.some((name) => name in changes && changes[name] !== current[name]) } = {}) {
  const isOther = "network" in changes && changes.network !== current.network;
  if (push && timer) write("replaceState");
  current = { ...current, ...(isOther ? NONE : {}), ...changes };
  if (push) write("pushState");
  else writeSoon();
  for (const listener of listeners) listener(current);
}

// Browsers refuse to replace an address more often than a hundred times in 30 s, and a film has more updates. Each time,
// they can also ask for the icon of the page again.
const GAP = 1000; // ms
let written = -GAP; // when
let timer = null;

function writeSoon() {
  const wait = written + GAP - performance.now();
  if (wait <= 0) write("replaceState");
  else timer ??= setTimeout(write, wait, "replaceState");
}

function write(how) {
  forgetTimer();
  written = performance.now();
  history[how](null, "", searchOf(current) || location.pathname);
}

function forgetTimer() {
  clearTimeout(timer);
  timer = null;
}

addEventListener("popstate", () => {
  forgetTimer();
  current = placeOf(location.search);
  for (const listener of listeners) listener(current);
});

// The place at this moment, which can be ahead of what is drawn.
export const placeNow = () => current;

export function usePlace() {
  const [place, setPlace] = useState(current);
  useEffect(() => {
    listeners.add(setPlace);
    setPlace(current);
    return () => listeners.delete(setPlace);
  }, []);
  return place;
}
