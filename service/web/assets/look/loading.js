// What is asked of the service for the moment that is looked at.
import { get } from "../shared/api.js";
import { wordless } from "./moment.js";

const LINES = 10000; // as many as are sent at once

export async function loadNetwork(id, signal) {
  const [{ network }, { runs }] = await Promise.all([
    get(`networks/${id}`, {}, signal),
    get(`networks/${id}/runs`, { pageSize: 1000 }, signal),
  ]);
  return { network, runs };
}

// One update, opened: its trace and its walk, or the state alone where no batch made it.
export async function loadUpdate(id, update, network, signal) {
  const path = `networks/${id}/updates/${update}`;
  try {
    const [{ trace }, walk] = await Promise.all([
      get(`${path}:trace`, {}, signal),
      loadWalk(path, signal).catch((error) => {
        if (error.status !== "RESOURCE_EXHAUSTED") throw error;
        return null;
      }),
    ]);
    return { update, network, trace, walk: walk ?? wordless(network, trace) };
  } catch (error) {
    if (error.reason !== "NOT_GRADIENT") throw error;
    const { state } = await get(`networks/${id}/state`, { update }, signal);
    return { update, network, state, reason: error.message };
  }
}

async function loadWalk(path, signal) {
  let { walk, nextStep } = await get(`${path}:walk`, { stepCount: LINES }, signal);
  while (nextStep) {
    const more = await get(`${path}:walk`, { firstStep: nextStep, stepCount: LINES }, signal);
    walk.steps.push(...more.walk.steps);
    nextStep = more.nextStep;
  }
  return walk;
}

// The size of a weight that is drawn with the thickest line: fixed for a run, or motion would lie.
export async function loadScale(id, run, latest, signal) {
  const first = run ? Number(run.firstUpdate) - 1 : 0;
  const end = run ? Number(run.latestUpdate) : latest;
  const places = [0, 0.1, 0.25, 0.5, 0.75, 1].map((part) => Math.round(first + part * (end - first)));
  const states = await Promise.all(
    [...new Set(places)].map((update) => get(`networks/${id}/state`, { update }, signal)),
  );
  const sizes = states.flatMap(({ state }) =>
    state.layers.flatMap(({ weights, biases }) => [...weights, ...biases].map(Math.abs)),
  );
  return sizes.reduce((most, size) => Math.max(most, size), 1e-9);
}
