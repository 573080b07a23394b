// A network with its latest run, its cost, and its predictions, weights and evaluation at the selected update.
import { html } from "../shared/html.js";
import { useLive } from "../shared/live.js";
import { useTrainingSet } from "../shared/training_set.js";
import { History } from "./history.js";
import { RunBar } from "./run_bar.js";
import { Surface } from "./surface.js";
import { Evaluation } from "./judgement.js";
import { Predictions, useMeasured } from "./predictions.js";
import { Weights } from "./weights.js";

// Whether both inputs are numbers, which can be drawn.
const isPlane = (set) => !set?.table || set.table.inputs.every(({ categories, hasMissing }) => !categories?.length && !hasMissing);

export function RunView({ place }) {
  const { network, run, latest, speed, error } = useLive(place.network);
  const at = Math.min(place.update ?? latest, latest);
  const { set, deleted } = useTrainingSet(run?.settings.trainingSet);
  const measured = useMeasured(network, set, at);
  if (error) return html`<p class="welcome" role="alert">${error.message}</p>`;
  if (!network) return html`<p class="welcome soft">Loading ${place.network}…</p>`;
  // The predictions of a large set are not listed.
  const isListed = !set || set.examples.length > 0;
  const evaluation = set && html`<${Evaluation} network=${network} run=${run} set=${set} measured=${measured} />`;
  return html`
    <${RunBar} network=${network} run=${run} speed=${speed} place=${place} latest=${latest} />
    <${History} network=${network} run=${run} latest=${latest} at=${at} />
    <div class="panels">
      ${isListed && html`<${Predictions} network=${network} set=${set} deleted=${deleted} measured=${measured} />`}
      ${!isListed && evaluation}
      ${network.layerSizes[0] === 2 && isPlane(set) && html`<${Surface} network=${network} set=${set} at=${at} />`}
      <${Weights} network=${network} run=${run} latest=${latest} at=${at} weight=${place.weight} />
      ${isListed && evaluation}
    </div>
  `;
}
