// What the page shows: the place that its address names.
import { useEffect, useState } from "preact/hooks";
import { placeOf, searchOf } from "./address.js";

const listeners = new Set();
let current = placeOf(location.search);

// Of another network, other examples are interesting.
const NO_CHOICE = { class: undefined, predicted: undefined, wrong: undefined };

// Changes the address: `changes` are merged into it, undefined removes a part. `push` adds an entry to the
// browser's history.
export function go(changes, { push = false } = {}) {
  const isOther = "network" in changes && changes.network !== current.network;
  current = { ...current, ...(isOther ? NO_CHOICE : {}), ...changes };
  history[push ? "pushState" : "replaceState"](null, "", searchOf(current) || location.pathname);
  for (const listener of listeners) listener(current);
}

addEventListener("popstate", () => {
  current = placeOf(location.search);
  for (const listener of listeners) listener(current);
});

export function usePlace() {
  const [place, setPlace] = useState(current);
  useEffect(() => {
    listeners.add(setPlace);
    setPlace(current);
    return () => listeners.delete(setPlace);
  }, []);
  return place;
}
