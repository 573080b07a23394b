// The names of phases, and a sentence about each.
import { layerName } from "../shared/unit_names.js";

export function phaseName(network, { kind, layer }) {
  const last = network.layerSizes.length - 1;
  const isOutput = layer === last;
  const name = layer === undefined ? "" : layerName(network, layer);
  const which = isOutput ? "Output" : last === 2 ? "Hidden" : `Hidden ${layer}`;
  const names = {
    ZERO: "Zero the gradients",
    FORWARD: `Forward to the ${name}`,
    DROP_ACTIVATIONS: `Dropout in the ${name}`,
    COST: "Cost",
    WEIGH_COST: "Weight of the cost",
    DELTAS: `${which} deltas`,
    WEIGH_DELTAS: "Weight of the output deltas",
    DROP_DELTAS: `Dropout of the ${which.toLowerCase()} deltas`,
    ADD: `${which} gradients added`,
    DIVIDE: `Divide by n: ${name}`,
    UPDATE: `Update the ${name.replace(/^outputs?$/, "output")} ${isOutput ? "layer" : ""}`.trim(),
  };
  return names[kind.replace("WALK_PHASE_KIND_", "")];
}

// Words in braces are in the glossary.
export const PHASE_SENTENCES = {
  ZERO: "An array G with one element per {weight} is set to zero. It will hold the sum of the {gradient}s in the {batch}.",
  FORWARD: "Each unit of this layer sums its inputs, each multiplied by its {weight}: the {logit} z. Its {activation} a is f(z).",
  FORWARD_SOFTMAX:
    "Each output sums its inputs, each multiplied by its {weight}: the {logit} z. Softmax turns all logits into {activation}s whose sum is 1; from here on, z is ln a.",
  DROP_ACTIVATIONS:
    "Dropout leaves out units, chosen anew for each example of each update. The {activation} of a unit is multiplied by 0 if it is dropped, else by 1/(1 − p), where p is the probability of dropping it.",
  COST: "The {cost} measures how far the outputs are from the {target}s of this example. 0 is perfect.",
  DELTAS_OUTPUT: "The {delta} of each output is the {derivative} of the cost with respect to its {logit}. For cross-entropy with sigmoid or softmax it is the output minus the {target}.",
  DELTAS:
    "The {delta}s of the layer above are multiplied by the {weight}s that lead to them and summed. The sum times the slope of the unit’s own {activation} function is the delta of the unit.",
  WEIGH_COST: "The {cost} is multiplied by the weight of the example: that of its class times its own.",
  WEIGH_DELTAS: "The {delta}s of the outputs are multiplied by the weight of the example, so that all its {gradient}s are.",
  DROP_DELTAS: "The {delta} of each unit is multiplied by the same factor as its {activation}: a dropped unit changes nothing in this update.",
  ADD: "The {gradient} of a weight for this example is the {delta} of the unit that it leads to, times the {activation} that it multiplies. It is added to G.",
  DIVIDE: "G is divided by n, the number of examples in this {batch}. The result is the mean {gradient}.",
  UPDATE: "Each {weight} changes by minus its mean {gradient} times the {learning rate}. All weights keep their old values until this phase.",
  UPDATE_OPTIMIZER_KIND_MOMENTUM:
    "Each {weight} has a velocity v: the fraction μ of its previous value plus the mean {gradient}. The weight changes by minus v times the {learning rate} η.",
  UPDATE_OPTIMIZER_KIND_NESTEROV:
    "Each {weight} has a velocity v, as with momentum. The weight changes by minus (g + μ·v) times the {learning rate} η, where g is the mean {gradient}.",
  UPDATE_OPTIMIZER_KIND_ADAM:
    "v is a running mean of the {gradient}, s of its square. The {weight} changes by minus η·v/√s; c₁ = 1 − β₁ᵗ and c₂ = √(1 − β₂ᵗ) at step t correct for the start at 0.",
  UPDATE_OPTIMIZER_KIND_ADAMW:
    "v is a running mean of the {gradient}, s of its square. The {weight} changes by minus η·v/√s, as with Adam, and by minus η·λ of itself.",
  UPDATE_OPTIMIZER_KIND_RMSPROP:
    "s is a running mean of the squared {gradient}. The {weight} changes by minus its mean {gradient} divided by √s, times the {learning rate} η.",
  UPDATE_OPTIMIZER_KIND_ADAGRAD:
    "s is the sum of all squared {gradient}s. The {weight} changes by minus its mean {gradient} divided by √s, times the {learning rate} η.",
};
