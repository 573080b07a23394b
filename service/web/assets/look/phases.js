// What things are called, in plain words.
import { layerName } from "../shared/unit_names.js";

export function phaseName(network, { kind, layer }) {
  const last = network.layerSizes.length - 1;
  const isOutput = layer === last;
  const name = layer === undefined ? "" : layerName(network, layer);
  const which = isOutput ? "Output" : last === 2 ? "Hidden" : `Hidden ${layer}`;
  const names = {
    ZERO: "Zero the gradients",
    FORWARD: `Forward to the ${name}`,
    COST: "Cost",
    DELTAS: `${which} deltas`,
    ADD: `${which} gradients added`,
    DIVIDE: `Divide by n: ${name}`,
    UPDATE: `Update the ${name.replace(/^outputs?$/, "output")} ${isOutput ? "layer" : ""}`.trim(),
  };
  return names[kind.replace("WALK_PHASE_KIND_", "")];
}

// What happens in a phase. Words in braces are in the glossary.
export const PHASE_SENTENCES = {
  ZERO: "An array G with a place for every {weight} is set to zero. The {gradient}s of the {batch} will be added up in it.",
  FORWARD:
    "Every unit of this layer adds up what comes in, each input times its {weight}: its {logit} z. The {activation} a is what it passes on.",
  FORWARD_SOFTMAX:
    "Every output adds up what comes in: its {logit} z. Softmax makes of all of them {activation}s that add up to 1; z is from then on ln a.",
  COST: "The {cost} says how far the outputs are from the {target}s for this example: 0 would be perfect.",
  DELTAS_OUTPUT: "How the cost changes with the {logit} of each output: its {delta}. With cross-entropy and sigmoid it is just output minus {target}.",
  DELTAS:
    "The {delta}s above come back down through the same {weight}s, are added up, and are multiplied by the slope of the unit’s own {activation}.",
  ADD: "The {gradient} of a weight for this example is the {delta} of the unit it leads to, times the {activation} it multiplies. It is added to G.",
  DIVIDE: "G divided by n, the number of examples that this {batch} really has: the mean {gradient}.",
  UPDATE: "Every weight moves against its mean {gradient}, times the {learning rate}. Only now do the {weight}s change.",
  UPDATE_OPTIMIZER_KIND_MOMENTUM:
    "Every {weight} has a velocity v: it keeps the part μ of what it was, and takes up the mean {gradient}. The {weight} moves against it, times the {learning rate} η.",
  UPDATE_OPTIMIZER_KIND_NESTEROV:
    "Every {weight} has a velocity v, as with momentum. But the {weight} moves against what the velocity is about to be, times the {learning rate} η.",
  UPDATE_OPTIMIZER_KIND_ADAM:
    "v follows the mean {gradient}, s its square. The {weight} moves against v over the root of s; c₁ = 1 − β₁ᵗ and c₂ = √(1 − β₂ᵗ) at step t make up for their start from 0.",
};
