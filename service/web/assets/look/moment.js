// One moment of an update: what is known after one executed line, and what takes part in it. All of
// it is read from the walk (which line set which variable) and from the trace (the results).
import { keyAt, valueAt } from "../shared/parameters.js";

export const KIND = "WALK_PHASE_KIND_";
const ofBatch = (phase) => phase.position === undefined;

export function momentAt({ network, walk, trace }, wanted) {
  const number = Math.max(0, Math.min(wanted ?? 0, walk.stepCount - 1));
  const phaseNumber = walk.phases.findLastIndex((phase) => phase.firstStep <= number);
  const phase = walk.phases[phaseNumber];
  const kind = phase.kind.slice(KIND.length);
  const step = walk.steps[number] ?? { variables: [], changed: [] };
  const isLastOfPhase = number === phase.firstStep + phase.stepCount - 1;
  const position = phase.position ?? (kind === "ZERO" ? 0 : trace.exampleCount - 1);
  const moment = { number, phaseNumber, phase, kind, step, isLastOfPhase, position };
  moment.previous = number > phase.firstStep ? walk.steps[number - 1] : undefined;
  moment.example = trace.examples.find((example) => example.position === position);
  moment.known = knownUnits(walk, moment);
  moment.isCostKnown =
    kind !== "ZERO" && (ofBatch(phase) || seen(walk, moment, "COST", position) || (kind === "COST" && isLastOfPhase));
  Object.assign(moment, arrays(walk, trace, moment));
  moment.lit = litBy(moment, network);
  moment.weight = (key) => moment.after.get(key) ?? valueAt(trace.before, key);
  return moment;
}

const seen = (walk, { phaseNumber }, kind, position, layer) =>
  walk.phases.some(
    (phase, number) =>
      number < phaseNumber &&
      phase.kind === KIND + kind &&
      phase.position === position &&
      (layer === undefined || phase.layer === layer),
  );

// The logits, activations and deltas that the example has by now: known(what, layer, unit).
function knownUnits(walk, moment) {
  const { phase, kind, position, number, isLastOfPhase } = moment;
  const now = new Set();
  for (let n = phase.firstStep; n <= number; n++) {
    for (const name of walk.steps[n]?.changed ?? []) now.add(name);
  }
  return (what, layer, unit) => {
    if (kind === "ZERO") return false;
    if (ofBatch(phase)) return true;
    const of = what === "delta" ? "DELTAS" : "FORWARD";
    if (seen(walk, moment, of, position, layer)) return true;
    return kind === of && phase.layer === layer && (isLastOfPhase || now.has(`${what}[${unit}]`));
  };
}

// The arrays G, G/n and the weights after the update, as far as they are filled.
function arrays(walk, trace, { number, phaseNumber, isLastOfPhase }) {
  const [sum, mean, after] = [new Map(), new Map(), new Map()];
  const filled = [
    [/^(total_i|biases)\[/, sum],
    [/^g\[/, mean],
    [/^after\[/, after],
  ];
  for (let n = 0; n <= Math.min(number, walk.steps.length - 1); n++) {
    const { changed, phase, unit, input, variables } = walk.steps[n];
    for (const name of changed) {
      const into = filled.find(([pattern]) => pattern.test(name))?.[1];
      const value = variables.find((variable) => variable.name === name)?.value;
      if (into) into.set(keyAt(walk.phases[phase].layer, unit, input), value);
    }
  }
  const zeroed = phaseNumber > 0 || isLastOfPhase;
  if (!walk.isWordless) return { sum, mean, after, zeroed };
  // Without lines, only the results of whole phases are known.
  const done = (kind) => walk.phases.filter((phase, n) => phase.kind === KIND + kind && n <= phaseNumber);
  const all = (kind) => walk.phases.filter((phase) => phase.kind === KIND + kind).length;
  if (done("ADD").length === all("ADD")) fill(sum, trace.gradientSum);
  for (const { layer } of done("DIVIDE")) fill(mean, trace.gradient, layer);
  for (const { layer } of done("UPDATE")) fill(after, trace.after, layer);
  return { sum, mean, after, zeroed: phaseNumber === 0 || sum.size > 0 };
}

function fill(map, layers, only) {
  layers.forEach(({ units, inputs, biases }, index) => {
    if (only !== undefined && only !== index + 1) return;
    for (let unit = 0; unit < units; unit++) {
      const ends = [...Array(inputs).keys(), ...(biases.length ? [undefined] : [])];
      for (const input of ends) {
        const key = keyAt(index + 1, unit, input);
        map.set(key, valueAt(layers, key));
      }
    }
  });
}

// The units ("layer.unit", inputs are layer 0) and weights that the line is about.
function litBy({ phase, kind, step }, network) {
  const units = new Set();
  const weights = new Set();
  const layer = phase.layer ?? (kind === "COST" ? network.layerSizes.length - 1 : undefined);
  const { unit, input, above } = step;
  if (layer !== undefined && unit !== undefined) {
    units.add(`${layer}.${unit}`);
    if (input !== undefined) {
      weights.add(keyAt(layer, unit, input));
      if (kind === "FORWARD" || kind === "ADD") units.add(`${layer - 1}.${input}`);
    }
    if (above !== undefined) {
      units.add(`${layer + 1}.${above}`);
      weights.add(keyAt(layer + 1, above, unit));
    }
    const isBias = input === undefined && (kind === "DIVIDE" || kind === "UPDATE");
    if (isBias || step.changed.some((name) => name.startsWith("biases["))) weights.add(keyAt(layer, unit));
  }
  return { layer, units, weights };
}

// Phases made from a trace alone, for networks that are too large to be walked through line by line.
export function wordless(network, trace) {
  const phases = [];
  const add = (kind, position, layer) =>
    phases.push({ kind: KIND + kind, position, layer, firstStep: phases.length, stepCount: 1, gradientSum: [] });
  const layers = network.layerSizes.length - 1;
  const upwards = Array.from({ length: layers }, (_, index) => index + 1);
  add("ZERO");
  for (const { position } of trace.examples) {
    for (const layer of upwards) add("FORWARD", position, layer);
    add("COST", position);
    for (const layer of upwards.toReversed()) {
      add("DELTAS", position, layer);
      add("ADD", position, layer);
    }
  }
  for (const layer of upwards) add("DIVIDE", undefined, layer);
  for (const layer of upwards) add("UPDATE", undefined, layer);
  return { isWordless: true, functions: [], phases, steps: [], stepCount: phases.length };
}

// Where the stepper goes from a moment: the number of a step, or undefined where the update ends.
export const moves = {
  line: (walk, { number }, by) => inside(walk, number + by),
  phase: (walk, { phaseNumber, phase, number }, by) =>
    by < 0 && number > phase.firstStep ? phase.firstStep : walk.phases[phaseNumber + by]?.firstStep,
  // From example to example, and from the last one to what is done with the batch.
  example: (walk, { position, phase }, by) => {
    if (ofBatch(phase)) {
      const examples = walk.phases.filter((each) => !ofBatch(each));
      const target = by > 0 ? (phase.kind === `${KIND}ZERO` ? examples[0].position : undefined) : examples.at(-1).position;
      if (phase.kind === `${KIND}ZERO` && by < 0) return undefined;
      return target === undefined ? undefined : startOf(walk, target);
    }
    if (position + by < 0) return 0;
    return startOf(walk, position + by) ?? walk.phases.find((each) => each.kind === `${KIND}DIVIDE`).firstStep;
  },
};

export const startOf = (walk, position) => walk.phases.find((phase) => phase.position === position)?.firstStep;
const inside = (walk, number) => (number >= 0 && number < walk.stepCount ? number : undefined);
