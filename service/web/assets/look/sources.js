// The units and weights in the picture that are the sources of numbers in an explanation.
import { keyAt } from "../shared/parameters.js";

const UNITS = {
  SOURCE_KIND_INPUT: () => 0,
  SOURCE_KIND_TARGET: (network) => network.layerSizes.length - 1,
  SOURCE_KIND_LOGIT: (_, { layer }) => layer,
  SOURCE_KIND_ACTIVATION: (_, { layer }) => layer,
  SOURCE_KIND_UNDROPPED: (_, { layer }) => layer,
  SOURCE_KIND_FACTOR: (_, { layer }) => layer,
  SOURCE_KIND_DELTA: (_, { layer }) => layer,
};

// The units and weights of some sources; for the result of an earlier line, those of its operands.
export function pointedBy(network, lines, sources) {
  const units = new Set();
  const weights = new Set();
  const add = (source) => {
    if (source.kind === "SOURCE_KIND_LINE") lines[source.line]?.operands.forEach((operand) => add(operand.source));
    if (source.kind === "SOURCE_KIND_WEIGHT") weights.add(keyAt(source.layer, source.unit, source.input));
    const layer = UNITS[source.kind]?.(network, source);
    if (layer !== undefined) units.add(`${layer}.${source.unit}`);
  };
  sources.forEach(add);
  return { units, weights };
}
