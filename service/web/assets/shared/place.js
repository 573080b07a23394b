// What the page shows: all of it is in the address, so that a link opens exactly this view.
//
//   mode      look, train or compare
//   network   the network's id
//   update    the number of the selected update; absent: the latest
//   position  the position of the example in the batch, from 0
//   step      the number of the executed line, from 0; it determines the phase
//   weight    layer.unit.input, as in the contract: layer from 1, the others from 0;
//             layer.unit.bias is a bias
//   base      the other update of a comparison
//   other     the other network of a comparison
import { useEffect, useState } from "preact/hooks";

const NUMBERS = ["update", "position", "step", "base"];
const TEXTS = ["mode", "network", "weight", "other"];

export function placeOf(search) {
  const query = new URLSearchParams(search);
  const place = { mode: "look" };
  for (const name of TEXTS) if (query.has(name)) place[name] = query.get(name);
  for (const name of NUMBERS) {
    const text = query.get(name);
    if (text !== null && /^\d{1,15}$/.test(text)) place[name] = Number(text);
  }
  if (place.weight) place.weight = place.weight.replace(/\.b$/, ".bias"); // older addresses
  return place;
}

export function searchOf(place) {
  const query = new URLSearchParams();
  for (const name of [...TEXTS, ...NUMBERS]) {
    const value = place[name];
    if (value !== undefined && value !== null && value !== "" && !(name === "mode" && value === "look")) {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}

const listeners = new Set();
let current = placeOf(location.search);

// Changes the address: `changes` are merged into it, undefined removes a part. `push` adds an entry to the
// browser's history.
export function go(changes, { push = false } = {}) {
  current = { ...current, ...changes };
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
