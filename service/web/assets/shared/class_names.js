// Names of classes. Without names they are numbers from 0, as labels usually are and as the contract counts them.
import { unitNames } from "./unit_names.js";

// The names of the classes that a network tells apart; `set` is a training set of it. One output has the classes 0
// and 1.
export function classNames(network, set) {
  const outputs = network.layerSizes.at(-1);
  if (outputs === 1) return ["0", "1"];
  const { outputs: known } = unitNames(network);
  const names = known.length ? known : (set?.table?.targets.classes ?? set?.classNames ?? []);
  return Array.from({ length: outputs }, (_, index) => names[index] ?? String(index));
}

// The names of outputs: those of the network, or if each example belongs to one class, those of the classes; else none.
export function outputNames(network, set) {
  const { outputs } = unitNames(network);
  return outputs.length || !set?.sample?.length || !set.sample.every(({ targets }) => isOneHot(targets)) ? outputs : classNames(network, set);
}

// Whether targets say which of several classes an example belongs to.
export const isOneHot = (targets) => targets.length > 1 && targets.filter((value) => value !== 0).length === 1 && targets.includes(1);
