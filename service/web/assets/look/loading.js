// Loads what the page shows of an update.
import { useAnswer } from "../shared/answers.js";
import { isReadable } from "../picture/still.js";
import { get } from "../shared/api.js";
import { getState } from "../shared/state.js";
import { byPhases } from "./moment.js";

const LINES = 2000; // lines of a walk per request: all lines of a small update; of a large one, few enough to arrive quickly
const MOST_LINES = 10000; // the most that the service sends at once
const CHANGES = 1000; // changes of an edit, the largest first
const MANY_PARAMETERS = 50000; // with more, an update has no lines: each parameter needs some
const SLOW_PARAMETERS = 200000; // with more, examples are loaded one at a time: the service takes long for each

// An update: its trace and its walk. Without a batch, or if the update before it was deleted: its state and
// its changes, and its run if it returned to the best weights of the run.
export async function loadUpdate(network, update, signal) {
  const path = `networks/${network.network}/updates/${update}`;
  try {
    const [trace, walk] = await (isReadable(network) ? Promise.all([loadTrace(path, signal), loadWalk(path, signal)]) : loadLarge(network, update, signal));
    return { update, network, trace, walk: walk.steps.length ? walk : byPhases(walk, trace.exampleCount) };
  } catch (error) {
    if (error.reason !== "NOT_GRADIENT" && error.reason !== "HISTORY_COMPACTED") throw error;
    return { update, network, ...(await loadState(network, update, signal)) };
  }
}

const loadTrace = async (path, signal) => (await get(`${path}:trace`, {}, signal)).trace;

// The trace and the walk of a network that is drawn as matrices. Without lines, the trace has vectors only: numbers of
// parameters come from the states before and after the update, which are not JSON. The latter, with the gradients, is two
// thirds of all: `useAfter` loads it.
async function loadLarge(network, update, signal) {
  const { network: id, parameterCount } = network;
  const path = `networks/${id}/updates/${update}`;
  const walk = await (Number(parameterCount) > MANY_PARAMETERS ? loadPhases(path, signal) : loadWalk(path, signal));
  if (walk.steps.length) return [await loadTrace(path, signal), walk];
  const [{ trace }, before] = await Promise.all([
    get(`${path}:trace`, { vectorsOnly: true, positionCount: pageOf(network) }, signal),
    getState(id, { update: update - 1 }, signal),
  ]);
  return [{ ...trace, before: before.layers, after: null, gradient: null, gradientSum: [] }, walk];
}

// The state after the update of such a trace, from its forward pass on: the phases after it show gradients and new weights.
// Returns whether it is there if the moment shows it.
function useAfter(opened, moment) {
  const isMissing = moment && opened.trace.after === null;
  const isSoon = isMissing && !WITHOUT_AFTER.has(moment.kind);
  useAnswer(isSoon ? opened.update : null, (signal) => loadAfter(opened, signal), { isUrgent: true });
  return !isMissing || !WITH_AFTER.has(moment.kind);
}

const WITHOUT_AFTER = new Set(["ZERO", "FORWARD", "DROP_ACTIVATIONS"]);
const WITH_AFTER = new Set(["ADD", "DIVIDE", "UPDATE"]);

async function loadAfter({ network, update, trace }, signal) {
  const { layers, gradients } = await getState(network.network, { update, view: "STATE_VIEW_FULL" }, signal);
  Object.assign(trace, { after: layers, gradient: gradients });
}

// Examples per request; 0 means as many as fit.
const pageOf = ({ parameterCount }) => (Number(parameterCount) > SLOW_PARAMETERS ? 1 : 0);

const loadPhases = async (path, signal) => (await get(`${path}:walk`, { phasesOnly: true }, signal)).walk;

// The walk; only its phases if the update has too many lines.
async function loadWalk(path, signal) {
  try {
    return (await get(`${path}:walk`, { stepCount: LINES }, signal)).walk;
  } catch (error) {
    if (error.status !== "RESOURCE_EXHAUSTED") throw error;
    return loadPhases(path, signal);
  }
}

async function loadState(network, update, signal) {
  const path = `networks/${network.network}`;
  const compared = { baseUpdate: update - 1, update, pageSize: CHANGES };
  const [state, comparison] = await Promise.all([
    getState(network.network, { update }, signal),
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
  return useAfter(opened, moment) && !missing;
}

function missingOf({ network, walk, trace }, { kind, phase, number, example, position }) {
  if (walk.hasNoLines && !isReadable(network)) {
    const firstPosition = kind === "ADD" ? firstMissing(trace, position) : position;
    if (trace.examples.some((each) => each.position === firstPosition)) return null;
    return { firstPosition, positionCount: pageOf(network), vectorsOnly: true };
  }
  if (!example) return { firstPosition: position };
  if (walk.hasNoLines) return null;
  let firstStep = phase.firstStep;
  while (firstStep <= number && walk.steps[firstStep]) firstStep++;
  if (firstStep > number) return null;
  return { firstStep, stepCount: Math.min(Math.max(LINES, number - firstStep + 1), MOST_LINES) };
}

// The first position that is not loaded, up to this one: the picture of G needs all of them.
function firstMissing({ examples }, position) {
  const loaded = new Set(examples.map((example) => example.position));
  let first = 0;
  while (first < position && loaded.has(first)) first += 1;
  return first;
}

// The run of an update: the live run with its latest state, or an earlier run.
export function useRunOf(network, number, live) {
  const isOther = number !== undefined && number !== live?.run;
  const { answer } = useAnswer(isOther ? number : null, (signal) => get(`networks/${network.network}/runs/${number}`, {}, signal));
  if (!isOther) return live;
  return answer?.run.run === number ? answer.run : null;
}
