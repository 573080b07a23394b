// A network with its latest run, its cost, and its predictions, weights and evaluation at the selected update.
import { choiceOf } from "../examples/choice.js";
import { FEW } from "../examples/gallery.js";
import { planeOf } from "../examples/projection.js";
import { Held, useSame } from "../shared/held.js";
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
import { OverTime } from "./layers/over_time.js";
import { Panels } from "./panels.js";
import { RunBar } from "./run_bar.js";
import { isInPlane } from "./plane_values.js";
import { useShown } from "./shown.js";

// The update before the run: its state is the first of the film.
const firstOf = (network, run) => Math.max(Number(run?.firstUpdate ?? 1) - 1, Number(network?.earliestUpdate ?? 0));

export function RunView({ place }) {
  const { network, run, latest, speed, error } = useLive(place.network);
  const { set, deleted } = useTrainingSet(run?.settings.trainingSet);
  const hasSurface = network && isInPlane(network, set);
  const most = place.examples || FEW;
  const choice = useSame(choiceOf(place, run));
  const plane = useSame(planeOf(network, run, latest, place));
  const chosen = useSame({ weight: place.weight, unit: place.unit, point: place.point });
  const isLive = isRunning(run) && place.update === undefined;
  const { shown, measured, isChanging, load, show, read } = useShown({ network, set, at: Math.min(place.update ?? latest, latest), isLive, hasSurface, choice, most, plane });
  const film = useFilm({ place, network, run, first: firstOf(network, run), latest, load, show });
  if (error) return html`<p class="welcome" role="alert">${error.message} <button type="button" class="link" onClick=${() => go({ mode: "networks" })}>Show all networks</button></p>`;
  if (!network) return html`<p class="welcome soft">Loading ${place.network}…</p>`;
  // While the latest update is followed, the one that has arrived.
  const at = place.update === undefined ? Math.min(shown?.at ?? latest, latest) : Math.min(place.update, latest);
  const parts = [hasSurface && "Decision surface", set && "Evaluation", set && plane && "Projection", set && measured && "Examples", "Weights"].filter(Boolean);
  return html`
    <${RunBar} network=${network} run=${run} speed=${speed} place=${place} latest=${latest} />
    <${Contents} parts=${parts} />
    <${History} network=${network} run=${run} latest=${latest} at=${at} place=${place} shown=${shown?.update} film=${film} />
    <${OverTime} network=${network} range=${rangeOf(network, latest, place.zoom)} at=${at} isOpen=${place["over-time"] === 1} onZoom=${zoomTo} />
    <${Held} of=${Panels} ...${{ network, run, latest, set, deleted, shown, measured, isChanging, read, choice, most, plane, chosen }} isMoving=${film.isPlaying} />
    <p class="small soft">${ROUNDING}</p>
  `;
}
