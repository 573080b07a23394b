// A network that is being trained, or was: its run, its cost, and what it is at the update looked at.
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { History } from "./history.js";
import { useLive } from "./live.js";
import { RunBar } from "./run_bar.js";
import { Surface } from "./surface.js";
import { Truth } from "./truth.js";
import { Weights } from "./weights.js";

const MOST = 200; // examples that are fetched to be shown

export function Watched({ place }) {
  const { network, run, latest, speed, error } = useLive(place.network);
  const at = Math.min(place.update ?? latest, latest);
  const set = useTrainingSet(run?.settings.trainingSet);
  if (error) return html`<p class="welcome" role="alert">${error.message}</p>`;
  if (!network) return html`<p class="welcome soft">Opening ${place.network} …</p>`;
  return html`
    <${RunBar} network=${network} run=${run} speed=${speed} place=${place} latest=${latest} />
    <${History} network=${network} latest=${latest} at=${at} />
    <div class="panels">
      <${Truth} network=${network} set=${set} at=${at} />
      ${network.layerSizes[0] === 2 && html`<${Surface} network=${network} set=${set} at=${at} />`}
      <${Weights} network=${network} at=${at} />
    </div>
  `;
}

// The set of the run, with its examples where they are few; null until it is known.
function useTrainingSet(id) {
  const { answer } = useAnswer(id ?? null, async () => {
    const { trainingSet } = await get(`trainingSets/${id}`);
    if (Number(trainingSet.exampleCount) > MOST) return trainingSet;
    return (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet;
  });
  return answer;
}
