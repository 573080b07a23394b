// A run as a film: from its first update to its last in even steps. Training is quicker than eyes, so a short
// run is played by itself when it is over.
import { useEffect, useRef, useState } from "preact/hooks";
import { isRunning } from "../shared/live_state.js";
import { notify } from "../shared/notices.js";
import { go, placeNow } from "../shared/place.js";
import { isLarge } from "../shared/state.js";
import { play } from "./reel.js";

const SHORT = 4000; // ms; a longer run was watched while it was trained
const AHEAD = 3; // frames that are loaded at the same time
// ms from one update to the next: between them, surfaces and weights move smoothly, which takes time, too.
const [PACE, LARGE_PACE] = [60, 120];

// { isPlaying, toggle }. `load` and `show` are from useShown.
export function useFilm({ place, network, run, first, latest, load, show }) {
  const [isPlaying, setPlaying] = useState(false);
  const [turn, setTurn] = useState(0); // how often it has started over
  const now = useRef({});
  Object.assign(now.current, { latest, load });
  const start = () => {
    if (place.update === undefined || place.update >= latest) go({ update: (now.current.shown = first) });
    else now.current.shown = place.update;
    setPlaying(true);
  };
  // From another update, which was chosen while it was played.
  const startOver = () => {
    now.current.shown = placeNow().update;
    setTurn((turns) => turns + 1);
  };
  useEffect(() => {
    if (!place.isFilm || !run || isRunning(run)) return;
    go({ isFilm: undefined });
    if (!isShort(run) || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    now.current.isUnseen = true;
    start();
  }, [place.isFilm, run?.state]);
  useEffect(() => {
    if (!isPlaying) return undefined;
    const end = play({
      first,
      from: now.current.shown ?? first,
      ahead: AHEAD,
      pace: isLarge(network) ? LARGE_PACE : PACE,
      latest: () => now.current.latest,
      load: (update, signal) => now.current.load(update, signal),
      show(update, frame) {
        if (placeNow().update !== now.current.shown) return startOver();
        if (now.current.isUnseen) bringIntoSight();
        now.current.isUnseen = false;
        show(frame);
        go({ update: (now.current.shown = update) });
      },
      end(error) {
        if (error) notify(error);
        else go({ update: (now.current.shown = undefined) });
        setPlaying(false);
      },
    });
    return () => (end(), show(null));
  }, [isPlaying, turn]);
  return { isPlaying, toggle: () => (isPlaying ? setPlaying(false) : start()) };
}

// The curve, and below it what moves with it.
const bringIntoSight = () => document.querySelector(".history > .curve")?.scrollIntoView({ behavior: "smooth" });

const isShort = ({ startTime, endTime }) => Date.parse(endTime) - Date.parse(startTime) < SHORT;
