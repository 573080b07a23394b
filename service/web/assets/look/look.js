// Look inside: a network at one moment of one update, with controls to step through it.
import { useEffect, useRef, useState } from "preact/hooks";
import { pictureIn } from "../picture/file.js";
import { Save } from "../picture/save.js";
import { useScale } from "../picture/scale.js";
import { weightText } from "../shared/address.js";
import { useAnswer } from "../shared/answers.js";
import { Held } from "../shared/held.js";
import { html } from "../shared/html.js";
import { useLive } from "../shared/live.js";
import { useNarrow } from "../shared/narrow.js";
import { ROUNDING, whole } from "../shared/number_format.js";
import { Loading } from "../shared/loading.js";
import { isRunning } from "../shared/live_state.js";
import { isKey } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { notify } from "../shared/notices.js";
import { useTrainingSet } from "../shared/training_set.js";
import { UpdateWithoutBatch, headingOf } from "./update_without_batch.js";
import { CostCurve } from "./cost_curve.js";
import { areOutputsKnown, ImageOfExample } from "./example_image.js";
import { Grip } from "./grip.js";
import { Help } from "./help.js";
import { loadUpdate, useRest, useRunOf } from "./loading.js";
import { litEnd, litStart, momentAt } from "./moment.js";
import { NotFound } from "./not_found.js";
import { PhasePanel } from "./phase_panel.js";
import { Ribbon } from "./ribbon.js";
import { StagePicture } from "./stage_picture.js";
import { PhaseStrip, Stepper, usePlayer, useStepKeys } from "./stepper.js";
import { isUnit, UnitPanel } from "./unit_panel.js";
import { captionOf, titleOf } from "./view.js";
import { WeightPanel } from "./weight_panel.js";

// What to do first, until one steps.
const Hint = () => html`
  <span class="tip">Press → or Play to step, or see <button type="button" class="link" onClick=${() => go({ mode: "train" })}>how well it has learned</button>.</span>
`;

// What to do with a network that has no other update.
const Untrained = () => html`
  <p class="at-work"><button type="button" class="link" onClick=${() => go({ mode: "train" })}>Train this network</button> to step through its updates.</p>
`;

export const Look = ({ place }) => html`<${Opened} key=${place.network} place=${place} />`;

function Opened({ place }) {
  const live = useLive(place.network);
  if (live.error) return html`<${NotFound} message=${live.error.message} network=${place.network} />`;
  if (!live.network) return html`<div class="look"><${Loading} what=${place.network} /></div>`;
  return html`<${Network} key=${live.network.uid} place=${place} ...${live} />`;
}

function Network({ place, network, run: liveRun, latest }) {
  const first = Number(network.earliestUpdate);
  const isFollowing = place.update === undefined;
  const update = isFollowing ? latest : Math.max(first, Math.min(place.update, latest));
  const weight = isKey(network, place.weight) ? place.weight : undefined;
  const unit = isUnit(network, place.unit) ? place.unit : undefined;
  useEffect(() => {
    const isOther = !isFollowing && place.update !== update;
    if (isOther || place.weight !== weight) mend(place, update, weight);
  }, [place.update, place.weight]);
  const { answer: loaded, error } = useAnswer(update, (signal) => loadUpdate(network, update, signal));
  const { shown, moment } = useShown(place, loaded, update, isRunning(liveRun));
  const [pointed, setPointed] = useState(null);
  const [{ unplaced, drawn }, setUnplaced] = useState({ unplaced: 0 });
  const [secret, setSecret] = useState(null);
  const [height, setHeight] = useState(undefined);
  const run = useRunOf(network, shown?.trace?.run, liveRun);
  const { set } = useTrainingSet(run?.settings.trainingSet);
  const scale = useScale(network, run, latest);
  const opened = shown && { ...shown, first, latest, wanted: isFollowing ? shown.update : update, isLate: !isFollowing && shown.update !== update };
  useStepKeys(opened, moment);
  const player = usePlayer(opened, moment);
  const isNarrow = useNarrow();
  if (!opened && error) return html`<${NotFound} message=${error.message} network=${network.network} latest=${latest} />`;
  if (!opened || !scale) return html`<div class="look"><${Loading} what=${`update ${whole(update)}`} /></div>`;
  const isAwaited = opened.wanted !== opened.update;
  const cost = isAwaited ? undefined : opened.trace?.cost;
  const stepper = html`<${Stepper} opened=${opened} moment=${moment} player=${player} />`;
  const insight = html`<${Insight} ...${{ network, set, opened, moment, weight, unit, scale, pointed, setPointed, setSecret }} />`;
  return html`
    <div class="look" style=${height && `--picture:${height}px`} aria-busy=${opened.update !== update}>
      <div class="stage">
        <h2 class="only-paper">${titleOf(opened, moment)}</h2>
        ${!isNarrow && stepper}
        ${moment ? html`<${PhaseStrip} opened=${opened} moment=${moment} />` : html`<p class="phases soft">${headingOf(opened)}</p>`}
        <${StagePicture} ...${{ opened, moment, scale, weight, unit, pointed, setPointed, setUnplaced, secret }} />
        <${Grip} height=${height} setHeight=${setHeight} />
        ${isNarrow && insight}
        <div class="caption small soft">
          <span>${captionOf(opened, moment)}<br />${moment && place.step === undefined ? html`<${Hint} />` : html`<span class="of-screen">${ROUNDING}</span>`}${unplaced > 0 && html` <span class="of-screen">${unplaced} of ${drawn} weights show their value on hover.</span>`}</span>
          <span class="spring"></span>
          <${Save} network=${network.network} update=${opened.update} partsOf=${(button) => pictureIn(button.closest(".stage"))} caption=${titleOf(opened, moment)} player=${player} />
          <${Held} of=${Help} />
        </div>
        ${run && html`<${Held} of=${Ribbon} ...${{ network, run, update: opened.update, position: moment?.position, isOfExample: moment?.phase.position !== undefined, walk: opened.walk }} />`}
        <${Held} of=${CostCurve} ...${{ network, first, latest, update: opened.wanted, cost, isAwaited, isFollowing }} />
        ${isNarrow && stepper}
      </div>
      ${!isNarrow && insight}
    </div>
  `;
}

// Beside the picture, or on a phone below it: what is selected, else the phase.
const Insight = ({ network, set, opened, moment, weight, unit, scale, pointed, setPointed, setSecret }) => html`
  <aside class="insight">
    ${set && moment && html`<${Held} of=${ImageOfExample} ...${{ network, set, trace: opened.trace, example: moment.example, areOutputsKnown: areOutputsKnown(network, moment) }} />`}
    ${weight && moment
      ? html`<${WeightPanel} key=${weight} ...${{ opened, weight, pointed, setPointed, setSecret }} />`
      : unit && moment
        ? html`<${UnitPanel} ...${{ opened, moment, unit, image: set?.imageShape, scale, pointed, setPointed }} />`
      : moment
        ? html`<${PhasePanel} opened=${opened} moment=${moment} />`
        : html`<${UpdateWithoutBatch} ...${{ opened, weight, setPointed }} />${opened.latest === 0 && html`<${Untrained} />`}`}
  </aside>
`;

// What is shown: the moment of the address; while that loads, the moment before it.
function useShown(place, loaded, update, isLive) {
  const held = useRef({});
  const isNew = loaded && (loaded.update === update || loaded !== held.current.shown);
  const moment = isNew && loaded.trace ? momentAt(loaded, stepOf(place, loaded, isLive)) : undefined;
  const isThere = useRest(isNew ? loaded : null, moment);
  if (isNew && isThere) held.current = { shown: loaded, moment };
  return held.current;
}

const isLatest = ({ update, position }) => update === undefined && position === undefined;

// The step of the address, or the first one of its example in which weights take part; the last one of the latest update
// of a run that makes progress.
function stepOf(place, { walk }, isLive) {
  if (place.step !== undefined) return place.step;
  return isLive && isLatest(place) ? litEnd(walk) : litStart(walk, place.position);
}

// Corrects an address with an update or a weight that does not exist, and shows a notice.
function mend(place, update, weight) {
  const isEarly = place.update < update;
  const isThere = place.update === undefined || place.update === update;
  const lost = isThere ? "" : `Update ${whole(place.update)} ${isEarly ? "was deleted" : "does not exist yet"}. Showing update ${whole(update)}. `;
  notify(`${lost}${place.weight === weight ? "" : `This network has no weight ${weightText(place.weight)}.`}`);
  go({ update: isThere ? place.update : update, weight }, { push: false });
}
