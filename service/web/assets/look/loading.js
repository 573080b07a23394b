// What is asked of the service for the moment that is looked at.
import { useAnswer } from "../shared/answers.js";
import { get } from "../shared/api.js";
import { wordless } from "./moment.js";

const LINES = 2000; // of a walk at once: all of a small update, and soon there of a large one
const MOST_LINES = 10000; // that the service sends at once
const CHANGES = 1000; // of an edit, the largest first

// One update, opened: its trace and its walk. Where no batch made it, or where what was before it is
// no longer kept: the state alone, and what it changed.
export async function loadUpdate(network, update, signal) {
  const path = `networks/${network.network}/updates/${update}`;
  try {
    const [{ trace }, walk] = await Promise.all([get(`${path}:trace`, {}, signal), loadWalk(path, signal)]);
    return { update, network, trace, walk: walk.steps.length ? walk : wordless(walk, trace.exampleCount) };
  } catch (error) {
    if (error.reason !== "NOT_GRADIENT" && error.reason !== "HISTORY_COMPACTED") throw error;
    return { update, network, ...(await loadState(network, update, signal)) };
  }
}

// The walk; of an update that has too many lines for one its phases alone.
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
  return { state, comparison };
}

// Whether all is there that a moment shows. What was not sent with its update is asked for, and laid
// with the rest: the lines of its phase, and its example.
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
  if (walk.isWordless) return null;
  let firstStep = phase.firstStep;
  while (firstStep <= number && walk.steps[firstStep]) firstStep++;
  if (firstStep > number) return null;
  return { firstStep, stepCount: Math.min(Math.max(LINES, number - firstStep + 1), MOST_LINES) };
}

// The run that made an update: of the one that is live its latest news, of another one what it was.
export function useRunOf(network, number, live) {
  const isOther = number !== undefined && number !== live?.run;
  const { answer } = useAnswer(isOther ? number : null, (signal) => get(`networks/${network.network}/runs/${number}`, {}, signal));
  if (!isOther) return live;
  return answer?.run.run === number ? answer.run : null;
}
