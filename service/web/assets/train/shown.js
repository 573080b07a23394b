// What Train shows of one update: all of it arrives together, so that every part shows the same update
// while a run makes hundreds of thousands of them between two answers.
import { get, post } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { getState } from "../shared/state.js";
import { surfaceOf } from "./surface.js";

const QUICK = 30; // ms between two requests, so that a film has many frames

// { at, update, layers, measured, surface }: the update, its parameters, the measures of `set`, if there is one,
// with the outputs for its examples, and those of the decision surface, if it `hasSurface`. Null until the first
// answer; then what was shown before until the next one.
export function useShown({ network, set, at, hasSurface }) {
  const ask = async (signal) => {
    const path = `networks/${network.network}`;
    const only = { startUpdate: at, endUpdate: at, maxPoints: 2, detail: "DETAIL_COST" };
    const [{ updates }, { layers }, measured, surface] = await Promise.all([
      get(`${path}/updates`, only, signal),
      getState(network.network, { update: at }, signal),
      set && measure(path, network, set, at, signal),
      hasSurface && surfaceOf(network, set, at, signal),
    ]);
    return { at, update: updates[0], layers, measured, surface };
  };
  return useAnswer(network && `${set?.uid} ${at}`, ask, { gap: QUICK }).answer;
}

// The outputs for the examples of a set, and the evaluation on all of it, at an update.
async function measure(path, network, set, update, signal) {
  const rows = set.examples.map(({ inputs }) => inputs);
  const [predicted, all] = await Promise.all([
    rows.length ? post(`${path}:predict`, { update, ...rowsOf(network, set, rows) }, signal) : { predictions: [] },
    post(`${path}:evaluate`, { update, trainingSet: set.trainingSet }, signal),
  ]);
  return { outputs: outputsOf(predicted.predictions), all };
}
