// The latest run: its progress, its speed, and its controls.
import { post } from "../shared/api.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { whole } from "../shared/number_format.js";
import { go } from "../shared/place.js";
import { notify } from "../shared/notices.js";
import { sentence } from "../shared/sentence.js";
import { enumName } from "../shared/enum_names.js";
import { isRunning } from "../shared/live_state.js";
import { RunState } from "../shared/run_state.js";
import { Warnings } from "../shared/warnings.js";
import { Fork } from "./fork.js";
import { settingsText } from "./run_settings.js";

export function RunBar({ network, run, speed, place, latest }) {
  const isFollowing = place.update === undefined;
  return html`
    <header class="run">
      <div class="run-head">
        <h2>${network.network}</h2>
        <span class="spring"></span>
        <${Actions} network=${network.network} run=${run} />
        <button
          type="button"
          aria-pressed=${isFollowing}
          title="Always show the latest update. Selecting an earlier one turns this off."
          onClick=${() => go({ update: isFollowing ? latest : undefined })}
        >
          Follow live
        </button>
      </div>
      <p class="small soft">${structureOf(network)}${run && ` ${settingsText(run)}`}</p>
      ${run ? html`<${Facts} network=${network.network} run=${run} speed=${speed} />` : html`<p class="soft">No run yet. Train this network with the form.</p>`}
    </header>
  `;
}

const structureOf = ({ layerSizes, activations, bias, costFunction }) =>
  `${layerSizes.join("-")}, ${[...new Set(activations.map(enumName))].join(" and ")}${bias ? ", biases" : ""}, ${enumName(costFunction)}.`;

function Facts({ network, run, speed }) {
  const { settings, best, latestValidation: validation } = run;
  const remedies = { VALIDATION_COST_HAS_RISEN: best && html` <${Fork} network=${network} update=${Number(best.update)} />` };
  // A run that a condition has ended is complete, with fewer updates than it could have had.
  const isDone = run.state === "RUN_STATE_SUCCEEDED";
  const atMost = isDone && run.updatesDone !== run.totalUpdates ? "at most " : "";
  return html`
    <dl class="facts">
      <${Fact} name=${`Run ${run.run}`}>
        <${RunState} state=${run.state} />
      <//>
      <${Fact} name="Update"><span data-of="updates">${whole(run.updatesDone)}</span> <span class="soft">of ${atMost}${whole(run.totalUpdates)}</span><//>
      <${Fact} name="Epoch">${whole(run.epoch)} <span class="soft">of ${atMost}${whole(settings.epochs)}</span><//>
      <${Fact} name="Cost before the update"><${Num} value=${run.latestCost} name="cost" /><//>
      ${validation && html`<${Fact} name="Validation cost"><${Num} value=${validation.cost} name="validation cost" /><//>`}
      ${validation?.accuracy !== undefined && html`<${Fact} name="Validation accuracy">${percent(validation.accuracy)}<//>`}
      <${Fact} name="Updates per second"><${Speed} run=${run} speed=${speed} /><//>
    </dl>
    <progress max=${isDone ? 1 : Number(run.totalUpdates)} value=${isDone ? 1 : Number(run.updatesDone)} aria-label="Updates done"></progress>
    ${endOf(run) && html`<p class="small soft end">${endOf(run)}</p>`}
    ${nonFiniteCost(run)}
    <${Warnings} warnings=${run.warnings} label="Warnings about the run" onUpdate=${(update) => go({ update })} remedies=${remedies} />
    ${run.failure && html`<p class="failure" role="alert">${sentence(run.failure.message)}</p>`}
  `;
}

const ENDS = {
  END_REASON_ALL_EPOCHS: () => "All epochs are complete.",
  END_REASON_MAX_UPDATES: () => "The maximum number of updates is reached.",
  END_REASON_COST_REACHED: ({ stop }) => `The mean cost of an epoch was below ${stop.costBelow}.`,
  END_REASON_PATIENCE: ({ stop }) => `The validation cost has not improved for ${whole(stop.patience)} ${stop.patience === "1" ? "epoch" : "epochs"}.`,
  END_REASON_CANCELLED: () => "The run was cancelled.",
};

// Why the run is over, unless its failure says so, and which weights it ended with.
function endOf({ endReason, settings, best, failure }) {
  const reason = !failure && ENDS[endReason]?.(settings);
  if (!reason) return "";
  const isRestored = settings.stop?.restoreBest && best && endReason !== "END_REASON_CANCELLED";
  return isRestored ? `${reason} The weights are those of the best validation, after update ${whole(best.update)}.` : reason;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// Costs can overflow while the weights are finite, so the run can succeed.
function nonFiniteCost({ nonFiniteCost: update, failure }) {
  if (update === undefined || failure?.reason === "NON_FINITE_COST") return null;
  return html`<p class="failure" role="status">The cost of update ${whole(update)} is infinite or NaN, the first one in this run. A smaller learning rate can prevent this.</p>`;
}

// During the run over the last second, afterwards over the whole run.
function Speed({ run, speed }) {
  const time = run.endTime && run.startTime ? (Date.parse(run.endTime) - Date.parse(run.startTime)) / 1000 : 0;
  const shown = isRunning(run) || !time ? speed : Number(run.updatesDone) / time;
  return shown ? whole(Number(shown.toPrecision(3)).toFixed(0)) : "–";
}

const Fact = ({ name, children }) => html`
  <div>
    <dt>${name}</dt>
    <dd>${children}</dd>
  </div>
`;

function Actions({ network, run }) {
  const act = (verb) => post(`networks/${network}/runs/${run.run}:${verb}`).catch(notify);
  const isPaused = run?.state === "RUN_STATE_PAUSED";
  const isAlive = isRunning(run);
  // All buttons are always shown, so that nothing moves under the pointer.
  return html`
    <button type="button" class="at-work" disabled=${!isAlive && !isPaused} onClick=${() => act(isPaused ? "resume" : "pause")}>
      ${isPaused ? "Resume" : "Pause"}
    </button>
    <button type="button" class="at-work" disabled=${!isAlive && !isPaused} onClick=${() => act("cancel")}>Cancel</button>
  `;
}
