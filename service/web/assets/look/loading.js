// Loads what the page shows of an update.
import { useAnswer } from "../shared/answers.js";
import { get } from "../shared/api.js";
import { byPhases } from "./moment.js";

const LINES = 2000; // lines of a walk per request: all lines of a small update; of a large one, few enough to arrive quickly
const MOST_LINES = 10000; // the most that the service sends at once
const CHANGES = 1000; // changes of an edit, the largest first

// An update: its trace and its walk. Without a batch, or if the update before it was deleted: its state and
// its changes, and its run if it returned to the best weights of the run.
export async function loadUpdate(network, update, signal) {
  const path = `networks/${network.network}/updates/${update}`;
  try {
    const [{ trace }, walk] = await Promise.all([get(`${path}:trace`, {}, signal), loadWalk(path, signal)]);
    return { update, network, trace, walk: walk.steps.length ? walk : byPhases(walk, trace.exampleCount) };
  } catch (error) {
    if (error.reason !== "NOT_GRADIENT" && error.reason !== "HISTORY_COMPACTED") throw error;
    return { update, network, ...(await loadState(network, update, signal)) };
  }
}

// The walk; only its phases if the update has too many lines.
async function loadWalk(path, signal) {
  try {
    return (await get(`${path}:walk`, { stepCount: LINES }, signal)).walk;
  } catch (error) {
    if (error.status !== "RESOURCE_EXHAUSTED") throw error;
    return (await get(`${path}:walk`, { phasesOnly: true }, signal)).walk;
  }
}

async function loadState(network, update, signal) {
  const path = `networks/${network.network}`;
  const compared = { baseUpdate: update - 1, update, pageSize: CHANGES };
  const [{ state }, comparison] = await Promise.all([
    get(`${path}/state`, { update }, signal),
    update > Number(network.earliestUpdate) ? get(`${path}/updates:compare`, compared, signal) : null,
  ]);
  const { run } = state.kind === "UPDATE_KIND_RESTORE" ? await get(`${path}/runs/${state.run}`, {}, signal) : {};
  return { state, comparison, run };
}

// Whether everything that a moment shows is loaded. Loads the lines of its phase and its example if the
// response for the update did not include them.
export function useRest(opened, moment) {
  const missing = moment ? missingOf(opened, moment) : null;
  useAnswer(
    missing && `${opened.update} ${JSON.stringify(missing)}`,
    async (signal) => {
      const path = `networks/${opened.network.network}/updates/${opened.update}`;
      if (missing.firstStep === undefined) {
        const { trace } = await get(`${path}:trace`, missing, signal);
        opened.trace.examples.push(...trace.examples);
      } else {
        const { walk } = await get(`${path}:walk`, missing, signal);
        walk.steps.forEach((step, index) => (opened.walk.steps[missing.firstStep + index] = step));
      }
    },
    { isUrgent: true },
  );
  return !missing;
}

function missingOf({ walk }, { phase, number, example, position }) {
  if (!example) return { firstPosition: position };
  if (walk.hasNoLines) return null;
  let firstStep = phase.firstStep;
  while (firstStep <= number && walk.steps[firstStep]) firstStep++;
  if (firstStep > number) return null;
  return { firstStep, stepCount: Math.min(Math.max(LINES, number - firstStep + 1), MOST_LINES) };
}

// The run of an update: the live run with its latest state, or an earlier run.
export function useRunOf(network, number, live) {
  const isOther = number !== undefined && number !== live?.run;
  const { answer } = useAnswer(isOther ? number : null, (signal) => get(`networks/${network.network}/runs/${number}`, {}, signal));
  if (!isOther) return live;
  return answer?.run.run === number ? answer.run : null;
}
