// A run as a film: from its first update to its last in even steps. Training is quicker than eyes, so a short
// run is played by itself when it is over.
import { useEffect, useState } from "preact/hooks";
import { isRunning } from "../shared/live_state.js";
import { go } from "../shared/place.js";

const LENGTH = 8000; // ms; a slow service sends fewer frames
const [LEAST, MOST] = [16, 300]; // ms between the arrival of a frame and the next one
const SHORT = 4000; // ms; a longer run was watched while it was trained

// { isPlaying, toggle }. `at` is the update that has arrived on the page; the next one follows it.
export function useFilm({ place, run, first, latest, at }) {
  const [began, setBegan] = useState(null); // when the film would have begun, played without a pause
  const isPlaying = began !== null;
  const start = () => {
    const from = place.update === undefined || place.update >= latest ? first : place.update;
    setBegan(performance.now() - (LENGTH * (from - first)) / (latest - first));
    go({ update: from });
  };
  const stop = () => setBegan(null);
  useEffect(() => {
    if (!place.isFilm || !run || isRunning(run)) return;
    go({ isFilm: undefined });
    if (isShort(run) && !matchMedia("(prefers-reduced-motion: reduce)").matches) start();
  }, [place.isFilm, run?.state]);
  const show = () => {
    const due = Math.floor(first + ((latest - first) * (performance.now() - began)) / LENGTH);
    const next = Math.max(place.update + 1, due);
    if (next >= latest) stop();
    go({ update: next < latest ? next : undefined });
  };
  useEffect(() => {
    if (!isPlaying || at !== place.update) return;
    const timer = setTimeout(show, Math.min(Math.max(LENGTH / (latest - first), LEAST), MOST));
    return () => clearTimeout(timer);
  }, [isPlaying, place.update, at]);
  return { isPlaying, toggle: isPlaying ? stop : start };
}

const isShort = ({ startTime, endTime }) => Date.parse(endTime) - Date.parse(startTime) < SHORT;
