// The data of the picture.
import { isReadable, stillView } from "../picture/still.js";
import { whole } from "../shared/number_format.js";
import { keyOf, valueAt } from "../shared/parameters.js";
import { phaseName } from "./phases.js";

// At a moment. The new value of the weight `secret` stays hidden.
export function viewOf({ network, trace }, moment, secret) {
  const { example, known } = moment;
  const valueOf = (vectors, layer, unit) => vectors[layer - 1].values[unit];
  const isSecret = (key) => key === secret && moment.after.has(key);
  return {
    network,
    hasExamples: true,
    hasTargets: true,
    lit: { ...moment.lit, isCost: moment.kind === "COST" || moment.kind === "WEIGH_COST" },
    weight: (key) => (isSecret(key) ? valueAt(trace.before, key) : moment.weight(key)),
    isAfter: (key) => moment.after.has(key),
    isSecret,
    example: moment.kind === "ZERO" ? undefined : example,
    cost: moment.isCostKnown ? example.cost : undefined,
    isDropped: (layer, unit) => known("ACTIVATION", layer, unit) && example.factors?.[layer - 1]?.values[unit] === 0,
    unit(layer, unit) {
      if (moment.kind === "ZERO") return {};
      if (layer === 0) return { a: example.inputs.values[unit] };
      const get = (role, vectors) => (known(role, layer, unit) ? valueOf(vectors, layer, unit) : undefined);
      return { a: get("ACTIVATION", example.activations), z: get("LOGIT", example.logits), delta: get("DELTA", example.deltas) };
    },
  };
}

// For an update without a batch: the weights after it, with the changed ones marked.
export function changedView({ network, state, comparison }) {
  const changed = new Set(comparison?.changes.map(keyOf));
  return { ...stillView(network, state.layers), hasExamples: true, hasTargets: true, isAfter: (key) => changed.has(key) };
}

// Above the frames of a video.
export function titleOf({ network, update }, moment) {
  const of = `${network.network}, update ${whole(update)}`;
  return moment ? `${of}, example ${moment.position + 1}: ${phaseName(network, moment.phase)}` : of;
}

export function captionOf({ network, update, comparison }, moment) {
  if (!moment) return comparison && isReadable(network) ? "Weights after this update. Changed weights are underlined." : "Weights after this update.";
  const number = Number(moment.example.example) + 1;
  const updated = isReadable(network) ? "Underlined weights: after" : "Updated layers: after";
  const weights = moment.after.isEmpty() ? `Weights before update ${whole(update)}.` : `${updated} update ${whole(update)}.`;
  return `Example ${whole(number)} of the training set. ${weights}`;
}
