// One moment of an update: what is computed after one executed line, and what takes part in it. It comes
// from the walk (which line set which variable) and from the trace (the results).
import { keyAt, parameterOf, valueAt } from "../shared/parameters.js";
import { computedIn, storedIn } from "./variables.js";

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
  moment.stored = walk.steps.slice(phase.firstStep, number + 1).flatMap((each) => storedIn(each).map((variable) => ({ ...variable, step: each })));
  moment.known = knownUnits(walk, moment);
  const costKind = hasPhase(walk, "WEIGH_COST") ? "WEIGH_COST" : "COST";
  moment.isCostKnown =
    kind !== "ZERO" && (ofBatch(phase) || seen(walk, moment, costKind, position) || (kind === costKind && isLastOfPhase));
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

const COMPUTED_IN = { LOGIT: "FORWARD", ACTIVATION: "FORWARD", DELTA: "DELTAS" };
const CHANGED_IN = { ACTIVATION: ["DROP_ACTIVATIONS"], DELTA: ["DROP_DELTAS", "WEIGH_DELTAS"] };

const hasPhase = (walk, kind, layer) => walk.phases.some((phase) => phase.kind === KIND + kind && phase.layer === layer);

// The kind of the phase with the final values of a role in a layer.
const finalIn = (walk, role, layer) => CHANGED_IN[role]?.find((kind) => hasPhase(walk, kind, layer)) ?? COMPUTED_IN[role];

// Whether a logit, activation or delta of the example is computed by now: known(role, layer, unit).
function knownUnits(walk, moment) {
  const { phase, kind, position, stored, isLastOfPhase } = moment;
  const now = new Set(stored.map(({ role, indices: [unit] }) => `${role} ${unit}`));
  const whole = new Map(); // of a role and a layer, whether all units are known, and whether some can be
  const ofLayer = (role, layer) => {
    const of = finalIn(walk, role, layer);
    const isHere = kind === of && phase.layer === layer;
    return { areAll: seen(walk, moment, of, position, layer) || (isHere && isLastOfPhase), isHere };
  };
  return (role, layer, unit) => {
    if (kind === "ZERO") return false;
    if (ofBatch(phase)) return true;
    const key = `${role} ${layer}`;
    if (!whole.has(key)) whole.set(key, ofLayer(role, layer));
    const { areAll, isHere } = whole.get(key);
    return areAll || (isHere && now.has(`${role} ${unit}`));
  };
}

// G, G/n and the weights after the update as far as they are computed: the results of the phases before,
// and the lines of the current phase.
function arrays(walk, trace, { phase, phaseNumber, stored, isLastOfPhase }) {
  const over = walk.phases.slice(0, walk.hasNoLines ? phaseNumber + 1 : phaseNumber);
  const layersOver = (kind) => over.filter((each) => each.kind === KIND + kind).map(({ layer }) => layer);
  const added = sumOf(walk, trace, over);
  const sum = partly(added, added.map((_, index) => index + 1));
  const mean = partly(trace.gradient, layersOver("DIVIDE"));
  const after = partly(trace.after, layersOver("UPDATE"));
  const filled = { GRADIENT_SUM: sum, MEAN_GRADIENT: mean, NEW_PARAMETER: after };
  for (const { role, value, step } of stored) filled[role]?.set(keyAt(phase.layer, step.unit, step.input), value);
  const zeroed = phaseNumber > 0 || isLastOfPhase;
  return { sum, mean, after, zeroed: zeroed && !(walk.hasNoLines && phaseNumber > 0 && !added.length) };
}

// G after the phases before. Without lines, it is known once all examples are added.
function sumOf(walk, trace, over) {
  const isAdd = ({ kind }) => kind === `${KIND}ADD`;
  if (!walk.hasNoLines) return over.findLast(isAdd)?.gradientSum ?? [];
  return over.filter(isAdd).length === walk.phases.filter(isAdd).length ? trace.gradientSum : [];
}

// Numbers of parameters, some of which are known: those of whole layers, and single ones.
function partly(values, layers) {
  const whole = new Set(layers);
  const single = new Map();
  const get = (key) => single.get(key) ?? (whole.has(parameterOf(key).layer) ? valueAt(values, key) : undefined);
  return {
    get,
    has: (key) => get(key) !== undefined,
    set: (key, value) => single.set(key, value),
    hasLayer: (layer) => whole.has(layer),
    isEmpty: () => !whole.size && !single.size,
  };
}

// The units ("layer.unit", inputs are layer 0) and weights that take part in the line.
function litBy({ phase, kind, step }, network) {
  const units = new Set();
  const weights = new Set();
  const layer = phase.layer ?? (kind === "COST" || kind === "WEIGH_COST" ? network.layerSizes.length - 1 : undefined);
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
    const isParameter = kind === "DIVIDE" || kind === "UPDATE" || storedIn(step).some(({ role }) => role === "GRADIENT_SUM");
    if (input === undefined && isParameter) weights.add(keyAt(layer, unit));
  }
  return { layer, units, weights };
}

// The walk of a network that is too large for single lines: each phase is one step. `walk` has the phases of
// the batch and of its first example, which the other examples repeat.
export function byPhases(walk, exampleCount) {
  const first = walk.phases.findIndex((phase) => !ofBatch(phase));
  const last = walk.phases.findLastIndex((phase) => !ofBatch(phase));
  const ofExample = walk.phases.slice(first, last + 1);
  const all = [
    ...walk.phases.slice(0, first),
    ...Array.from({ length: exampleCount }, (_, position) => ofExample.map((phase) => ({ ...phase, position }))).flat(),
    ...walk.phases.slice(last + 1),
  ];
  const phases = all.map((phase, firstStep) => ({ ...phase, firstStep, stepCount: 1 }));
  return { ...walk, hasNoLines: true, phases, stepCount: phases.length };
}

// Where the stepper goes from a moment: the number of a step, or undefined at the end of the update.
export const moves = {
  line: (walk, { number }, by) => inside(walk, number + by),
  phase: (walk, { phaseNumber, phase, number }, by) =>
    by < 0 && number > phase.firstStep ? phase.firstStep : walk.phases[phaseNumber + by]?.firstStep,
  // From example to example, and from the last one to the phases of the whole batch.
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
// Whether a line computes a logit with a weight, or a new weight: then there is something to see.
const SEEN = new Set(["LOGIT", "NEW_PARAMETER"]);
const isLit = (step) => step?.input !== undefined && computedIn(step).some(({ role }) => SEEN.has(role));

// The first such line of an example, or of the batch. A network that is too large for lines has its phases
// instead.
export function litStart(walk, position = 0) {
  const start = startOf(walk, position) ?? 0;
  const lit = walk.steps.findIndex((step, number) => number >= start && isLit(step));
  return lit < 0 ? start : lit;
}

// The last such line.
export function litEnd(walk) {
  const lit = walk.steps.findLastIndex(isLit);
  return lit < 0 ? walk.stepCount - 1 : lit;
}

const inside = (walk, number) => (number >= 0 && number < walk.stepCount ? number : undefined);
