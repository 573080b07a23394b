// What Train shows of one update: all of it arrives together, so that every part shows the same update
// while a run makes hundreds of thousands of them between two answers.
import { get, post } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { fieldsOf } from "../examples/choice.js";
import { projectionOf } from "../examples/projection.js";
import { getState } from "../shared/state.js";
import { valuesAround } from "./plane_values.js";

const QUICK = 16; // ms between two requests, so that a film has many frames

// { at, update, layers, measured, around, projection }: the update, its parameters, the measures of `set`, if there is
// one, with the outputs for its examples, and what units compute around them, if it `hasSurface`. The measures name up to
// `most` examples of a `choice`; `plane` is that of the projection, if there is one. Null until the first answer; then
// what was shown before until the next one.
export function useShown({ network, set, at, hasSurface, choice, most, plane }) {
  const ask = async (signal) => {
    const path = `networks/${network.network}`;
    const only = { startUpdate: at, endUpdate: at, maxPoints: 2, detail: "DETAIL_COST" };
    const [{ updates }, { layers }, measured, around, projection] = await Promise.all([
      get(`${path}/updates`, only, signal),
      getState(network.network, { update: at }, signal),
      set && measure(path, network, set, at, { ...fieldsOf(choice), pageSize: most }, signal),
      hasSurface && valuesAround(network, set, at, signal),
      set && plane && projectionOf(network, set, at, plane, signal),
    ]);
    return { at, update: updates[0], layers, measured, around, projection };
  };
  const what = JSON.stringify([choice, most, plane?.layer, plane?.axesUpdate]);
  return useAnswer(network && `${set?.uid} ${at} ${what}`, ask, { gap: QUICK }).answer;
}

// The outputs for the examples of a set, and the evaluation on all of it, at an update.
async function measure(path, network, set, update, wanted, signal) {
  const rows = set.examples.map(({ inputs }) => inputs);
  const [predicted, all] = await Promise.all([
    rows.length ? post(`${path}:predict`, { update, ...rowsOf(network, set, rows) }, signal) : { predictions: [] },
    evaluation(path, { update, trainingSet: set.trainingSet }, wanted, signal),
  ]);
  return { outputs: outputsOf(predicted.predictions), all };
}

// All examples are named if the set has no such class: an address can have any.
async function evaluation(path, of, wanted, signal) {
  try {
    return await post(`${path}:evaluate`, { ...of, ...wanted }, signal);
  } catch (error) {
    if (!error.violations?.some(({ field }) => OF_CHOICE.includes(field))) throw error;
    return post(`${path}:evaluate`, { ...of, pageSize: wanted.pageSize }, signal);
  }
}

const OF_CHOICE = ["true_class", "predicted_class", "wrong_only"];
