// The equations of a phase in symbols and of a line in numbers. The equation of a line depends on the role
// of the variable that it sets.
import { html } from "../shared/html.js";
import { isRounded } from "../shared/number_format.js";
import { gradientInNumbers } from "./gradient_equations.js";
import { call, flat, gives, id, n, op, over, prime, row, space, sub } from "./maths.js";
import { isLong, stepInNumbers, stepInSymbols } from "./optimizer_equations.js";
import { computedIn, elementOf, scalarOf, storedIn } from "./variables.js";

const z = (i) => sub("z", id(i));
const a = (i) => sub("a", id(i));
const delta = (i) => sub("δ", id(i));
const omega = id("ω");
const m = (i) => sub("m", id(i));
const w = (i, j) => sub("w", id(i), op("⁣"), id(j));
const slope = (i) => row(prime(id("f")), flat(z(i)));
const sum = (index) => html`<munder><mo>∑</mo><mi>${index}</mi></munder>`;
const power = (exponent) => html`<msup><mi>e</mi>${exponent}</msup>`;
const dC = (by) => over(row(op("∂"), id("C")), row(op("∂"), by));

// In symbols, for each kind of phase. `parameter` is the one of an UPDATE: { layer, isBias }.
export const SYMBOLS = {
  ZERO: () => [row(sub("G", id("i"), id("j")), op("="), n(0))],
  FORWARD_SOFTMAX: () => [
    row(z("i"), op("="), sum("j"), a("j"), op("·"), w("i", "j"), space(), a("i"), op("="), over(power(z("i")), row(sum("k"), power(z("k"))))),
  ],
  FORWARD: () => [
    row(z("i"), op("="), sum("j"), a("j"), op("·"), w("i", "j"), space(), a("i"), op("="), call(id("f"), z("i"))),
  ],
  DROP_ACTIVATIONS: () => [row(a("i"), op("←"), a("i"), op("·"), m("i"))],
  COST: () => [row(id("C"), op("="), sum("k"), call(id("C"), a("k"), op(","), sub("y", id("k"))))],
  WEIGH_COST: () => [row(id("C"), op("←"), id("C"), op("·"), omega)],
  WEIGH_DELTAS: () => [row(delta("k"), op("←"), delta("k"), op("·"), omega)],
  DELTAS_OUTPUT: (network) => [
    isCrossEntropy(network)
      ? row(delta("k"), op("="), dC(z("k")), op("="), a("k"), op("−"), sub("y", id("k")))
      : row(delta("k"), op("="), dC(z("k")), op("="), dC(a("k")), op("·"), slope("k")),
  ],
  DELTAS: () => [
    row(delta("i"), op("="), dC(z("i")), op("="), op("("), sum("k"), delta("k"), op("·"), w("k", "i"), op(")"), op("·"), slope("i")),
  ],
  DROP_DELTAS: () => [row(delta("i"), op("←"), delta("i"), op("·"), m("i"))],
  ADD: () => [row(dC(w("i", "j")), op("="), delta("i"), op("·"), a("j"), space(), sub("G", id("i"), id("j")), op("="), sum("n"), dC(w("i", "j")))],
  DIVIDE: () => [row(sub("g", id("i"), id("j")), op("="), over(sub("G", id("i"), id("j")), id("n")))],
  UPDATE: (network, settings, parameter) =>
    isLong(settings) ? stepInSymbols(settings, parameter) : [row(w("i", "j"), op("←"), w("i", "j"), op("−"), id("η"), op("·"), sub("g", id("i"), id("j")))],
};

const isCrossEntropy = ({ costFunction, activations }) =>
  /CROSS_ENTROPY/.test(costFunction) && /SIGMOID|SOFTMAX/.test(activations.at(-1));

const timesFactor = (value, read) => read("FACTOR") !== undefined && row(n(value), op("·"), n(read("FACTOR")));

// In numbers: the result of a line by the role of the variable that it set, and its operands. `v` reads a
// variable after the line, `was` before it, `read` an element of a list.
const LINES = {
  FORWARD: {
    LOGIT: ({ v, was, read, step }) => [
      z("i"),
      step.input !== undefined
        ? row(n(was("LOGIT")), op("+"), n(v("INPUT")), op("·"), n(read("WEIGHT")))
        : was("LOGIT") !== undefined && read("BIAS") !== undefined && row(n(was("LOGIT")), op("+"), n(read("BIAS"))),
    ],
    ACTIVATION: ({ v }) => [a("i"), call(id("f"), n(v("LOGIT")))],
  },
  DROP_ACTIVATIONS: { ACTIVATION: ({ v, read }) => [a("i"), timesFactor(v("ACTIVATION"), read)] },
  COST: {
    COST: ({ v, was, read, step }) => [
      id("C"),
      step.unit !== undefined && row(n(was("COST")), op("+"), call(id("C"), n(read("ACTIVATION")), op(","), n(v("TARGET")))),
    ],
  },
  WEIGH_COST: { COST: ({ v }) => [id("C"), row(n(v("COST")), op("·"), n(v("EXAMPLE_WEIGHT")))] },
  WEIGH_DELTAS: {
    DELTA: ({ v, read }) => [delta("k"), read("DELTA") !== undefined && row(n(read("DELTA")), op("·"), n(v("EXAMPLE_WEIGHT")))],
  },
  DELTAS_OUTPUT: {
    SLOPE: ({ v }) => [slope("k"), /* of a */ call(prime(id("f")), n(v("ACTIVATION")))],
    DELTA: ({ v, read, network }) => [
      delta("k"),
      isCrossEntropy(network) ? row(n(v("ACTIVATION")), op("−"), n(read("TARGET"))) : dC(z("k")),
    ],
  },
  DELTAS: {
    DELTA_SUM: ({ v, was, read, step }) => [
      id("s"),
      step.above !== undefined && row(n(was("DELTA_SUM")), op("+"), n(v("DELTA_ABOVE")), op("·"), n(read("WEIGHT"))),
    ],
    SLOPE: ({ read }) => [slope("i"), call(prime(id("f")), n(read("LOGIT")))],
    DELTA: ({ v }) => [delta("i"), row(n(v("DELTA_SUM")), op("·"), n(v("SLOPE")))],
  },
  DROP_DELTAS: { DELTA: ({ v, read }) => [delta("i"), timesFactor(v("DELTA"), read)] },
  ADD: {
    GRADIENT: ({ v }) => [dC(w("i", "j")), row(n(v("DELTA")), op("·"), n(v("INPUT")))],
    GRADIENT_SUM: ({ v, total, step: { input } }) =>
      input === undefined
        ? [sub("G", id("i")), row(n(total), op("+"), n(v("DELTA")))]
        : [sub("G", id("i"), id("j")), row(n(total), op("+"), n(v("GRADIENT")))],
  },
  DIVIDE: { MEAN_GRADIENT: ({ v, read }) => [id("g"), over(n(read("GRADIENT_SUM")), n(v("EXAMPLE_COUNT")))] },
  UPDATE: {
    DECAYED_GRADIENT: ({ settings, trace, parameter, v, read }) => ({
      rows: gradientInNumbers({ settings, trace, parameter, mean: read("MEAN_GRADIENT"), weight: v("PARAMETER"), result: v("DECAYED_GRADIENT") }),
    }),
    NEW_PARAMETER: ({ settings, parameter, ...values }) => ({ rows: stepInNumbers(settings, parameter, values) }),
  },
};

// The name of a phase in SYMBOLS and LINES: deltas of outputs and softmax activations have their own.
export function kindIn({ layerSizes, activations }, kind, { layer }) {
  if (kind === "DELTAS" && layer === layerSizes.length - 1) return "DELTAS_OUTPUT";
  return kind === "FORWARD" && /SOFTMAX/.test(activations[layer - 1]) ? "FORWARD_SOFTMAX" : kind;
}

const MOST = 4; // outputs that are shown

// The line of softmax sets all activations of its layer at once, not those of a single unit.
function softmaxInNumbers(step) {
  const values = storedIn(step)
    .filter(({ role }) => role === "ACTIVATION")
    .map(({ value }) => value);
  if (step.unit !== undefined || !values.length) return null;
  const shown = values.slice(0, MOST).flatMap((value, index) => [index ? op(",") : "", n(value)]);
  return row(id("a"), op(values.some(isRounded) ? "≈" : "="), op("("), ...shown, values.length > MOST ? op(", …") : "", op(")"));
}

// The settings of an update, with its learning rate, which a schedule changes.
export const settingsIn = ({ settings, learningRate }) => ({ ...settings, learningRate });

// The parameter of a line of an UPDATE.
export const parameterOf = ({ layer }, { unit, input }) => ({ layer, unit, input, isBias: unit !== undefined && input === undefined });

// The equations of the line with their numbers; none if the line computes nothing. `total` is the value of G
// before it.
export function inNumbers({ step, kind, phase, previous }, { network, trace, total }) {
  const softmax = softmaxInNumbers(step);
  if (softmax) return [softmax];
  const lines = LINES[kindIn(network, kind, phase)] ?? LINES[kind] ?? {};
  const computed = computedIn(step).find(({ role }) => lines[role]);
  if (!computed) return [];
  const made = lines[computed.role]({
    v: (role) => scalarOf(step, role),
    was: (role) => scalarOf(previous, role),
    read: (role) => elementOf(step, role),
    step,
    network,
    settings: settingsIn(trace),
    trace,
    parameter: parameterOf(phase, step),
    total,
  });
  if (made.rows) return made.rows;
  const [left, middle] = made;
  return [row(left, middle ? row(op("="), middle) : "", gives(computed.value))];
}
