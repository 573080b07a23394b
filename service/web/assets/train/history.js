// The cost of all updates, downsampled by the service, with a slider that selects one.
import { useMemo, useState } from "preact/hooks";
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { AsNumbers } from "../shared/as_numbers.js";
import { Save } from "../picture/save.js";
import { Curve } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { gapSentence, isNonFinite } from "../shared/non_finite.js";
import { Num } from "../shared/number_view.js";
import { short, whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { UPDATE_KINDS } from "../shared/update_kinds.js";
import { CurveHead, zoomTo } from "./curve_head.js";
import { SHARES, smoothed, USUAL } from "./smoothing.js";
import { RateCurve } from "./rate_curve.js";

const POINTS = 800;
const MANY = 60; // points between which noise hides the course of the cost
const NONE = [];

// The updates that curves show: `zoom` is { from, to }; all of them without it, or if the network has none of these.
export function rangeOf(network, latest, zoom) {
  const all = { from: Number(network.earliestUpdate), to: latest };
  const [from, to] = [Math.max(all.from, zoom?.from ?? 0), Math.min(latest, zoom?.to ?? latest)];
  return from <= to ? { from, to } : all;
}

// `place` is the address, `shown` the update that the page shows, `film` the run as a film.
export function History({ network, run, latest, at, place, shown, film }) {
  const { zoom, scale, smoothing = USUAL } = place;
  const isLog = scale === "log";
  const earliest = Number(network.earliestUpdate);
  const { from, to } = rangeOf(network, latest, zoom);
  const { answer } = useAnswer(`${from} ${to}`, () =>
    get(`networks/${network.network}/updates`, { startUpdate: from, endUpdate: to, maxPoints: POINTS, detail: "DETAIL_COST" }),
  );
  const updates = answer?.updates ?? NONE;
  const isNoisy = updates.length >= MANY && isOfBatches(run);
  const validated = useValidations(network.network, from, to, Boolean(run?.settings.validation));
  const share = isNoisy ? SHARES[smoothing] : undefined;
  const { xs, lines, marks } = useMemo(() => pointsOf(updates, validated, { isLog, share }), [answer, validated, isLog, share]);
  const best = useMemo(() => bestOf(run, isLog), [run?.best?.update, isLog]);
  const gaps = gapsText(updates, answer?.thinned, isLog);
  const pick = (update) => go({ update: Math.min(Math.max(update, earliest), latest) });

  return html`
    <div class="history">
      <${CurveHead} ...${{ updates, isDownsampled: answer?.thinned, smoothing: isNoisy && smoothing, isLog, zoom, range: { from, to }, at }} />
      <${Curve}
        xs=${xs}
        lines=${lines}
        marks=${marks}
        best=${best}
        at=${at}
        isMoving=${film.isPlaying}
        onPick=${pick}
        onZoom=${zoomTo}
        height=${170}
        scale=${isLog ? "log" : "linear"}
        label=${`Cost of updates ${from} to ${to}. The slider below selects an update, and the table has the numbers.`}
      />
      <p class="small legend">
        ${(share || run?.latestValidation) && html`<${Lines} run=${run} isNoisy=${Boolean(share)} onPick=${pick} />`}
        <span class="soft tip">Click the curve to select an update. Drag to zoom.</span>
      </p>
      ${gaps && html`<p class="small gaps">${gaps}</p>`}
      <${RateCurve} updates=${updates} shown=${shown} at=${at} onPick=${pick} onZoom=${zoomTo} />
      <div class="time">
        <button type="button" class="film" aria-pressed=${film.isPlaying} disabled=${latest - earliest < 2} title="Show the run from its first update to its last" onClick=${film.toggle}>${film.isPlaying ? "❚❚ Pause" : "▶ Play"}</button>
        <button type="button" aria-label="Previous update" disabled=${at <= earliest} onClick=${() => pick(at - 1)}>◀</button>
        <input type="range" aria-label="Update" min=${from} max=${to} value=${at} onInput=${(event) => pick(Number(event.target.value))} />
        <button type="button" aria-label="Next update" disabled=${at >= latest} onClick=${() => pick(at + 1)}>▶</button>
      </div>
      <p class="looked-at">
        <${Entry} at=${at} earliest=${earliest} latest=${latest} onPick=${pick} />
        ${isOfBatch(shown)
          ? html`<span>Epoch ${whole(shown.epoch)}</span> <span>Cost before the update: <${Num} value=${shown.cost} name="cost" /></span>`
          : html`<span>${shown && UPDATE_KINDS[shown.kind]}</span>`}
        ${shown?.validation && html`<span>Validation cost after it: <${Num} value=${shown.validation.cost} name="validation cost" /></span>`}
        <${Save} key="save" network=${network.network} update=${at} partsOf=${partsOf} caption=${captionOf(network, shown)} player=${film} still=".evaluation, .gallery" />
      </p>
      <${AsNumbers} label="Costs" titles=${["Update", "Cost", ...(validated.length ? ["Validation cost"] : [])]} rowsOf=${() => rowsOf(updates, validated)} />
    </div>
  `;
}

// What a picture of the run shows: the curve, and the panels below it.
const partsOf = (button) => [...button.closest(".watched").querySelectorAll(".history > .curve, .panels")];

const captionOf = ({ network }, shown) =>
  [network, shown && `update ${whole(shown.update)}`, isOfBatch(shown) && typeof shown.cost === "number" && `cost ${short(shown.cost)}`].filter(Boolean).join(", ");

// Whether the updates of a run see different examples.
const isOfBatches = (run) => Boolean(run) && Number(run.totalUpdates) > Number(run.settings.epochs);

const isOfBatch = (update) => update?.kind === "UPDATE_KIND_GRADIENT";

const isOverfitted = (warnings = []) => warnings.some(({ code }) => code === "VALIDATION_COST_HAS_RISEN");

// The lines of the curve, and the best validation of the run.
const Lines = ({ run: { best, settings, latestValidation, warnings }, isNoisy, onPick }) => html`
  <span><i class=${isNoisy ? "of-noise" : ""} aria-hidden="true"></i> Cost of the update</span>
  ${isNoisy && html`<span><i class="of-smoothed" aria-hidden="true"></i> Smoothed</span>`}
  ${latestValidation && html`<span><i class="of-validation" aria-hidden="true"></i> ${settings.validation.trainingSet ? `Cost of ${settings.validation.trainingSet}` : "Cost of the held-out examples"}</span>`}
  ${best &&
  html`<span
    ><span class="of-best" aria-hidden="true">◆</span> Best: <${Num} value=${best.cost} name="best validation cost" /> after${" "}
    <button type="button" class="link" onClick=${() => onPick(Number(best.update))}>update ${whole(best.update)}</button>${isOverfitted(warnings) && ", then it overfits"}</span
  >`}
`;

// The number of the update. A run that continues does not overwrite what is being typed.
function Entry({ at, earliest, latest, onPick }) {
  const [typed, setTyped] = useState(null);
  return html`
    <label
      >Update${" "}
      <input
        type="number"
        aria-label="Update number"
        min=${earliest}
        max=${latest}
        value=${typed ?? at}
        onInput=${(event) => setTyped(event.target.value)}
        onChange=${(event) => {
          if (event.target.value !== "") onPick(Math.round(Number(event.target.value)));
          setTyped(null);
        }}
        onBlur=${() => setTyped(null)}
      />
      <span class="soft"> of ${whole(latest)}</span>
    </label>
  `;
}

// The updates with a validation.
function useValidations(network, from, to, hasThem) {
  const { answer } = useAnswer(hasThem ? `${from} ${to}` : null, () =>
    get(`networks/${network}/updates`, { startUpdate: from, endUpdate: to, maxPoints: POINTS, detail: "DETAIL_COST", validated: true }),
  );
  return (hasThem && answer?.updates) || NONE;
}

// The table of costs.
function rowsOf(updates, validated) {
  const validations = new Map(validated.map(({ update, validation }) => [update, validation.cost]));
  const costs = new Map(updates.map(({ update, cost }) => [update, cost]));
  const all = [...new Set([...costs.keys(), ...validations.keys()])].sort((one, other) => one - other);
  return all.map((update) => [whole(update), costs.get(update), ...(validated.length ? [validations.get(update)] : [])]);
}

// Updates without a cost, such as edits, leave no gap in the curve; costs that cannot be drawn do.
function pointsOf(updates, validated, { isLog, share }) {
  const numberOf = ({ update }) => Number(update);
  const costs = new Map(updates.map((each) => [numberOf(each), each.cost]));
  const validations = new Map(validated.map((each) => [numberOf(each), each.validation.cost]));
  const xs = [...new Set([...costs.keys(), ...validations.keys()])].sort((one, other) => one - other);
  const heightsOf = (values) => xs.map((update) => heightOf(values.get(update), isLog));
  const heights = heightsOf(costs);
  const ofCost = share
    ? [
        { name: "cost", ys: heights, stroke: "--accent-faint" },
        { name: "smoothed cost", ys: smoothed(xs, heights, share), stroke: "--accent", width: 2 },
      ]
    : [{ name: "cost", ys: heights, stroke: "--accent" }];
  const ofValidation = { name: "validation cost", ys: heightsOf(validations), stroke: "--negative", dash: [6, 3], width: 2 };
  const marks = xs.filter((update) => isNonFinite(costs.get(update)) || isNonFinite(validations.get(update)));
  return { xs, lines: validated.length ? [...ofCost, ofValidation] : ofCost, marks };
}

function heightOf(cost, isLog) {
  if (cost === undefined) return undefined;
  return typeof cost === "number" && (!isLog || cost > 0) ? cost : null;
}

function bestOf(run, isLog) {
  const { update, cost } = run?.best ?? {};
  return typeof heightOf(cost, isLog) === "number" ? [Number(update), cost] : undefined;
}

// Which costs the curve cannot show.
function gapsText(updates, isDownsampled, isLog) {
  const isZero = isLog && updates.some(({ cost }) => cost <= 0);
  const zeros = isZero ? "A logarithmic scale cannot show costs of 0: the curve has a gap there." : "";
  return [gapSentence(updates.map(({ cost }) => cost), isDownsampled), zeros].filter(Boolean).join(" ");
}
