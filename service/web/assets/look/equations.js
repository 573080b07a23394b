// The equations of a phase in symbols, and of a line in numbers: each line that computes something has
// an entry that knows which variables it took.
import { html } from "../shared/html.js";
import { isRounded } from "../shared/numbers.js";
import { call, gives, id, n, op, over, prime, row, SPACE, sub } from "./maths.js";
import { decayInNumbers, isLong, stepInNumbers, stepInSymbols } from "./optimizer_equations.js";

const z = (i) => sub("z", id(i));
const a = (i) => sub("a", id(i));
const delta = (i) => sub("δ", id(i));
const w = (i, j) => sub("w", id(i), op("⁣"), id(j));
const slope = (i) => row(prime(id("f")), op("("), z(i), op(")"));
const sum = (index) => html`<munder><mo>∑</mo><mi>${index}</mi></munder>`;
const power = (exponent) => html`<msup><mi>e</mi>${exponent}</msup>`;
const dC = (by) => over(row(op("∂"), id("C")), row(op("∂"), by));

// In symbols, once for each kind of phase.
export const SYMBOLS = {
  ZERO: () => [row(sub("G", id("i"), id("j")), op("="), n(0))],
  FORWARD_SOFTMAX: () => [
    row(z("i"), op("="), sum("j"), a("j"), op("·"), w("i", "j"), SPACE, a("i"), op("="), over(power(z("i")), row(sum("k"), power(z("k"))))),
  ],
  FORWARD: () => [
    row(z("i"), op("="), sum("j"), a("j"), op("·"), w("i", "j"), SPACE, a("i"), op("="), call(id("f"), z("i"))),
  ],
  COST: () => [row(id("C"), op("="), sum("k"), call(id("C"), a("k"), op(","), sub("y", id("k"))))],
  DELTAS_OUTPUT: (network) => [
    isCrossEntropy(network)
      ? row(delta("k"), op("="), dC(z("k")), op("="), a("k"), op("−"), sub("y", id("k")))
      : row(delta("k"), op("="), dC(z("k")), op("="), dC(a("k")), op("·"), slope("k")),
  ],
  DELTAS: () => [
    row(delta("i"), op("="), dC(z("i")), op("="), op("("), sum("k"), delta("k"), op("·"), w("k", "i"), op(")"), op("·"), slope("i")),
  ],
  ADD: () => [row(dC(w("i", "j")), op("="), delta("i"), op("·"), a("j"), SPACE, sub("G", id("i"), id("j")), op("="), sum("n"), dC(w("i", "j")))],
  DIVIDE: () => [row(sub("g", id("i"), id("j")), op("="), over(sub("G", id("i"), id("j")), id("n")))],
  UPDATE: (network, settings) =>
    isLong(settings) ? stepInSymbols(settings) : [row(w("i", "j"), op("←"), w("i", "j"), op("−"), id("η"), op("·"), sub("g", id("i"), id("j")))],
};

const isCrossEntropy = ({ costFunction, activations }) =>
  /CROSS_ENTROPY/.test(costFunction) && /SIGMOID|SOFTMAX/.test(activations.at(-1));

// In numbers: what the variable that a line has set was made of. `v` is the value of a variable
// after the line, `was` before it, `first` the value of the first whose name begins so.
const LINES = {
  FORWARD: {
    z_i: ({ v, was, first, step }) => [
      z("i"),
      step.input !== undefined
        ? row(n(was("z_i")), op("+"), n(v("a_j")), op("·"), n(first("w_i[")))
        : was("z_i") !== undefined && first("layer.biases[") !== undefined && row(n(was("z_i")), op("+"), n(first("layer.biases["))),
    ],
    a_i: ({ v }) => [a("i"), call(id("f"), n(v("z_i")))],
  },
  COST: {
    c: ({ v, was, first, step }) => [
      id("C"),
      step.unit !== undefined && row(n(was("c")), op("+"), call(id("C"), n(first("a[")), op(","), n(v("y_k")))),
    ],
  },
  DELTAS: {
    slope_k: ({ v }) => [slope("k"), /* of a */ call(prime(id("f")), n(v("a_k")))],
    // Of the outputs; for the layers below, this is the loop that takes the next one.
    delta_k: ({ v, first, network }) =>
      v("a_k") !== undefined && [delta("k"), isCrossEntropy(network) ? row(n(v("a_k")), op("−"), n(first("y["))) : dC(z("k"))],
    s: ({ v, was, first, step }) => [
      id("s"),
      step.above !== undefined && row(n(was("s")), op("+"), n(v("delta_k")), op("·"), n(first("above.weights["))),
    ],
    slope_i: ({ first }) => [slope("i"), call(prime(id("f")), n(first("z[")))],
    delta_i: ({ v }) => [delta("i"), row(n(v("s")), op("·"), n(v("slope_i")))],
  },
  ADD: {
    g_ij: ({ v }) => [dC(w("i", "j")), row(n(v("delta_i")), op("·"), n(v("a_j")))],
    "total_i[": ({ v, total }) => [sub("G", id("i"), id("j")), row(n(total), op("+"), n(v("g_ij")))],
    "biases[": ({ v, total }) => [sub("G", id("i")), row(n(total), op("+"), n(v("delta_i")))],
  },
  DIVIDE: { g_p: ({ v, first }) => [id("g"), over(n(first("total[")), n(v("n")))] },
  UPDATE: {
    g_p: ({ settings, ...values }) => [id("g"), decayInNumbers(settings, values)],
    after_p: ({ settings, ...values }) => ({ rows: stepInNumbers(settings, values) }),
  },
};

const MOST = 4; // outputs that are shown

// The line of softmax sets all activations of its layer at once.
export function softmaxInNumbers(values) {
  const shown = values.slice(0, MOST).flatMap((value, index) => [index ? op(",") : "", n(value)]);
  return row(id("a"), op(values.some(isRounded) ? "≈" : "="), op("("), ...shown, values.length > MOST ? op(", …") : "", op(")"));
}

const valueIn = (step, matches) => step?.variables.find(({ name }) => matches(name))?.value;

// The line's equations with their numbers; none where the line computes nothing.
export function inNumbers(moment, { network, settings, total }) {
  const { step, kind, previous } = moment;
  for (const [name, make] of Object.entries(LINES[kind] ?? {})) {
    const changed = step.changed.find((each) => each === name || (name.endsWith("[") && each.startsWith(name)));
    if (!changed) continue;
    const made = make({
      v: (of) => valueIn(step, (each) => each === of),
      was: (of) => valueIn(previous, (each) => each === of),
      first: (start) => valueIn(step, (each) => each.startsWith(start)),
      step,
      network,
      settings,
      total,
    });
    if (!made) continue;
    if (made.rows) return made.rows;
    const [left, middle] = made;
    const result = valueIn(step, (each) => each === changed);
    return [row(left, middle ? row(op("="), middle) : "", gives(result))];
  }
  return [];
}
