// Steps forward and back by update, example, phase and line, manually or at a chosen speed.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { moves } from "./moment.js";
import { phaseName } from "./phases.js";

export const SPEEDS = [
  ["1 phase/s", "phase", 1000],
  ["1 line/s", "line", 1000],
  ["4 lines/s", "line", 250],
  ["10 lines/s", "line", 100],
];

const END = 999_999_999; // larger than any number of a line: means the last line

// Moves by one line, phase, example or update, and into the next update at the end of this one.
export function move(opened, moment, what, by) {
  const { update, first, latest, isLate } = opened;
  if (what === "update") return goUpdate(opened, moment, by);
  if (isLate) return true; // another update is loading
  if (!moment) return goUpdate(opened, moment, by);
  const number = moves[what](opened.walk, moment, by);
  if (number !== undefined) return goStep(opened, number);
  const next = update + by;
  if (next < first || next > latest) return false;
  go({ update: next, step: by > 0 ? 0 : END, position: undefined });
  return true;
}

function goUpdate({ wanted, first, latest }, moment, by) {
  const next = wanted + by;
  if (next < first || next > latest) return false;
  go({ update: next, step: moment?.number }); // the same line of the next update
  return true;
}

export function goStep({ update, walk }, number) {
  const phase = walk.phases.findLast((each) => each.firstStep <= number);
  go({ update, step: number, position: phase.position });
  return true;
}

const KEYS = {
  ArrowRight: [1, "line", "phase"],
  ArrowLeft: [-1, "line", "phase"],
  ArrowDown: [1, "example", "update"],
  ArrowUp: [-1, "example", "update"],
};

export function useStepKeys(opened, moment) {
  const current = useRef();
  current.current = { opened, moment };
  useEffect(() => {
    const press = (event) => {
      const [by, plain, shifted] = KEYS[event.key] ?? [];
      const isElsewhere = event.target.closest?.("input, select, textarea, dialog, [role=tab]");
      if (!by || isElsewhere || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (current.current.opened) move(current.current.opened, current.current.moment, event.shiftKey ? shifted : plain, by);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

export function Stepper({ opened, moment, player }) {
  const { wanted, latest, trace, walk } = opened;
  const inBatch = moment && moment.phase.position !== undefined;
  const parts = [
    ["update", "Update", [whole(wanted), whole(latest)]],
    ["example", "Example", inBatch ? [moment.position + 1, trace.exampleCount] : ["All"]],
    ["phase", "Phase", moment ? [whole(moment.phaseNumber + 1), whole(walk.phases.length)] : ["–"]],
    ["line", "Line", moment && !walk.hasNoLines ? [whole(moment.number + 1), whole(walk.stepCount)] : ["–"]],
  ];
  return html`
    <div class="stepper" role="group" aria-label="Step through the update">
      ${parts.map(
        ([what, name, [at, all]]) => html`
          <div class="step-by" key=${what} role="group" aria-label=${name}>
            <button aria-label=${`Previous ${what}`} title=${`Previous ${what}`} onClick=${() => move(opened, moment, what, -1)}>‹</button>
            <span class="step-at"><span class="soft small">${name}</span><br /><span data-at=${what}>${at}${all !== undefined && html`<span class="all"> of ${all}</span>`}</span></span>
            <button aria-label=${`Next ${what}`} title=${`Next ${what}`} onClick=${() => move(opened, moment, what, 1)}>›</button>
          </div>
        `,
      )}
      <${Play} opened=${opened} player=${player} />
    </div>
  `;
}

// Plays the lines of updates: { isPlaying, toggle, speed, setSpeed }, the speed as an index of SPEEDS.
export function usePlayer(opened, moment) {
  const [speed, setSpeed] = useState(2);
  const [isPlaying, setPlaying] = useState(false);
  const current = useRef();
  current.current = { opened, moment };
  usePlaying(current, isPlaying ? SPEEDS[speed] : null, setPlaying);
  // At the end it starts over.
  const play = () => {
    const isAtEnd = opened.update === opened.latest && (!moment || moment.number === opened.walk.stepCount - 1);
    if (isAtEnd) go({ update: opened.first, position: undefined, step: 0 });
    setPlaying(true);
  };
  return { isPlaying, toggle: () => (isPlaying ? setPlaying(false) : play()), speed, setSpeed };
}

function Play({ opened, player: { isPlaying, toggle, speed, setSpeed } }) {
  return html`
    <div class="play">
      <button class="main" onClick=${toggle}>${isPlaying ? "❚❚ Pause" : "▶ Play"}</button>
      <select aria-label="Speed" value=${String(speed)} onChange=${(event) => setSpeed(Number(event.target.value))}>
        ${SPEEDS.map(([name, what], index) => (opened.walk?.hasNoLines && what === "phase" ? null : html`<option key=${index} value=${index}>${opened.walk?.hasNoLines ? name.replace("line", "phase") : name}</option>`))}
      </select>
    </div>
  `;
}

// Moves at a speed. By itself, so that it keeps no update that is no longer shown; so do the other effects.
function usePlaying(current, speed, setPlaying) {
  useEffect(() => {
    if (!speed) return undefined;
    const [, what, pause] = speed;
    const timer = setInterval(() => {
      const { opened, moment } = current.current;
      if (!move(opened, moment, what, 1)) setPlaying(false);
    }, pause);
    return () => clearInterval(timer);
  }, [speed]);
}

// The phases of the batch, and those of the selected example.
export function PhaseStrip({ opened, moment }) {
  const { walk, network, trace } = opened;
  const strip = useRef(null);
  const shown = walk.phases.flatMap((phase, number) => ([undefined, moment.position].includes(phase.position) ? { ...phase, number } : []));
  useCurrentInSight(strip, moment.phaseNumber);
  const firstOfExample = shown.find(({ position }) => position !== undefined)?.number;
  return html`
    <nav class="phases" aria-label="Phases of the update" ref=${strip}>
      ${shown.map(
        (phase) => html`
          ${phase.number === firstOfExample &&
          html`<span class="soft small of-example">Example ${moment.position + 1} of ${trace.exampleCount}:</span>`}
          <button
            key=${phase.number}
            class=${phase.position === undefined ? "of-batch" : ""}
            aria-current=${phase.number === moment.phaseNumber ? "step" : undefined}
            onClick=${() => goStep(opened, phase.firstStep)}
          >
            ${phaseName(network, phase)}
          </button>
        `,
      )}
    </nav>
  `;
}

// Scrolls to the current phase, also when the width of the window has changed: before it is drawn, as later would be another
// frame.
function useCurrentInSight(strip, phaseNumber) {
  useLayoutEffect(() => show(strip.current), [phaseNumber]);
  useEffect(() => {
    const box = strip.current; // still called when the strip has just gone
    const observer = new ResizeObserver(() => show(box));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
}

function show(strip) {
  const { offsetLeft, offsetWidth } = strip.querySelector("[aria-current]");
  strip.scrollTo({ left: offsetLeft - (strip.clientWidth - offsetWidth) / 2 });
}
