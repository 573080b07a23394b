// A network with its latest run, its cost, and its predictions, weights and evaluation at the selected update.
import { choiceOf } from "../examples/choice.js";
import { FEW, Gallery } from "../examples/gallery.js";
import { planeOf, Projection } from "../examples/projection.js";
import { html } from "../shared/html.js";
import { useLive } from "../shared/live.js";
import { isRunning } from "../shared/live_state.js";
import { ROUNDING } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { useTrainingSet } from "../shared/training_set.js";
import { Contents } from "./contents.js";
import { zoomTo } from "./curve_head.js";
import { useFilm } from "./film.js";
import { History, rangeOf } from "./history.js";
import { RunBar } from "./run_bar.js";
import { hasUnits } from "./plane_values.js";
import { Surface } from "./surface.js";
import { UnitSurfaces } from "./unit_surfaces.js";
import { Evaluation } from "./judgement.js";
import { OverTime } from "./layers/over_time.js";
import { Predictions } from "./predictions.js";
import { useShown } from "./shown.js";
import { Weights } from "./weights.js";

// Whether both inputs are numbers, which can be drawn.
const isPlane = (set) => !set?.table || set.table.inputs.every(({ categories, hasMissing }) => !categories?.length && !hasMissing);

// The update before the run: its state is the first of the film.
const firstOf = (network, run) => Math.max(Number(run?.firstUpdate ?? 1) - 1, Number(network?.earliestUpdate ?? 0));

// The hidden unit whose surface is shown, { layer, unit }; null for an output.
function hiddenUnit({ layerSizes }, key = "") {
  const [layer, unit] = key.split(".").map(Number);
  return layer > 0 && layer < layerSizes.length - 1 && unit < layerSizes[layer] ? { layer, unit } : null;
}

// What is chosen is in the address.
const setUnit = (at) => go({ unit: at ? `${at.layer}.${at.unit}` : undefined });
const setMost = (examples) => go({ examples });

export function RunView({ place }) {
  const { network, run, latest, speed, error } = useLive(place.network);
  const { set, deleted } = useTrainingSet(run?.settings.trainingSet);
  const hasSurface = network?.layerSizes[0] === 2 && isPlane(set);
  const most = place.examples || FEW;
  const choice = choiceOf(place);
  const plane = planeOf(network, run, latest, place);
  const isLive = isRunning(run) && place.update === undefined;
  const { shown, load, show } = useShown({ network, set, at: Math.min(place.update ?? latest, latest), isLive, hasSurface, choice, most, plane });
  const film = useFilm({ place, network, run, first: firstOf(network, run), latest, load, show });
  if (error) return html`<p class="welcome" role="alert">${error.message}</p>`;
  if (!network) return html`<p class="welcome soft">Loading ${place.network}…</p>`;
  // While the latest update is followed, the one that has arrived.
  const at = place.update === undefined ? Math.min(shown?.at ?? latest, latest) : Math.min(place.update, latest);
  const { measured, layers = [], around, projection } = shown ?? {};
  const surfaces = { network, set, around, isMoving: film.isPlaying, chosen: hiddenUnit(network, place.unit), setChosen: setUnit };
  // The predictions of a large set are not listed.
  const isListed = !set || set.examples.length > 0;
  const evaluation = set && html`<${Evaluation} network=${network} run=${run} set=${set} at=${shown?.at} measured=${measured} choice=${choice} />`;
  const gallery = set && measured?.all && html`<${Gallery} ...${{ network, run, latest, set, layers, update: measured.at, measured: measured.all, choice, most, setMost }} />`;
  const projected = set && plane && html`<${Projection} ...${{ network, set, at: shown?.at, latest, plane, projection, choice, followed: place.point }} />`;
  const parts = [set && "Evaluation", projected && "Projection", gallery && "Examples", "Weights"].filter(Boolean);
  return html`
    <${RunBar} network=${network} run=${run} speed=${speed} place=${place} latest=${latest} />
    <${Contents} parts=${parts} />
    <${History} network=${network} run=${run} latest=${latest} at=${at} place=${place} shown=${shown?.update} film=${film} />
    <${OverTime} network=${network} range=${rangeOf(network, latest, place.zoom)} at=${at} isOpen=${place["over-time"] === 1} onZoom=${zoomTo} />
    <div class="panels">
      ${hasSurface && html`<${Surface} ...${surfaces} />`}
      ${hasSurface && hasUnits(network) && html`<${UnitSurfaces} ...${surfaces} layers=${layers} />`}
      ${isListed && html`<${Predictions} network=${network} run=${run} set=${set} deleted=${deleted} measured=${measured} />`}
      ${!isListed && evaluation}
      ${!isListed && [projected, gallery]}
      <${Weights} network=${network} run=${run} latest=${latest} at=${shown?.at ?? at} layers=${layers} weight=${place.weight} unit=${place.unit} image=${set?.imageShape} />
      ${isListed && [evaluation, projected, gallery]}
    </div>
    <p class="small soft">${ROUNDING}</p>
  `;
}
