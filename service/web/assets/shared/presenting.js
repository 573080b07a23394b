// For an audience: presented on a wall, in full screen with large type, or embedded in a page of somebody else. What
// has the class `at-work` is hidden then, and on paper: controls that change something.
import { useEffect, useState } from "preact/hooks";

const EMBEDDED = new URLSearchParams(location.search).get("embed") === "1";
const CLASSES = document.documentElement.classList;
CLASSES.toggle("embedded", EMBEDDED);

export const isEmbedded = () => EMBEDDED;

const listeners = new Set();
const isPresented = () => CLASSES.contains("presented");

// How many times larger than usual text is: here, or because of the settings of the browser.
export const enlargement = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

// The same, also after the window has changed: full screen comes some time after large type.
export function useEnlargement() {
  const [large, setLarge] = useState(enlargement);
  useEffect(() => {
    const look = () => setLarge(enlargement());
    listeners.add(look);
    addEventListener("resize", look);
    return () => {
      listeners.delete(look);
      removeEventListener("resize", look);
    };
  }, []);
  return large;
}

// A phone has no full screen, and a frame only if its page allows it: large type helps also there.
export function present(isOn) {
  if (isOn === isPresented()) return;
  CLASSES.toggle("presented", isOn);
  if (isOn) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
  for (const listener of listeners) listener(isOn);
}

// The browser leaves full screen with Escape.
document.addEventListener("fullscreenchange", () => !document.fullscreenElement && present(false));

addEventListener("keydown", (event) => {
  const isTyped = event.target.closest?.("input:not([type=range]), select, textarea, dialog");
  if (isTyped || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "f" || event.key === "F") present(!isPresented());
  else if (event.key === "Escape") present(false);
});

// Whether the page is presented.
export function usePresented() {
  const [isOn, setOn] = useState(isPresented());
  useEffect(() => {
    listeners.add(setOn);
    return () => listeners.delete(setOn);
  }, []);
  return isOn;
}

// Paper is light, whatever the theme.
let themeBefore;
addEventListener("beforeprint", () => {
  themeBefore = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  if (themeBefore) document.documentElement.dataset.theme = themeBefore;
  else delete document.documentElement.dataset.theme;
});
