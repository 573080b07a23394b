// The step of each optimizer in symbols and in numbers, as in training/numerics/optimizers.py.
import { gives, id, n, op, over, row, SPACE } from "./maths.js";

const [w, g, v, s, eta, mu, epsilon, lambda] = ["w", "g", "v", "s", "η", "μ", "ε", "λ"].map(id);
const numbered = (name, index) => id(`${name}${index}`);
const [beta1, beta2, c1, c2] = [numbered("β", "₁"), numbered("β", "₂"), numbered("c", "₁"), numbered("c", "₂")];
const root = (part) => row(op("√"), part);
const grouped = (part) => row(op("("), part, op(")"));
const rest = (beta) => row(op("("), n(1), op("−"), beta, op(")"));

const running = ({ g, s, beta2 }) => row(beta2, op("·"), s, op("+"), rest(beta2), op("·"), g, op("·"), g);
const scaled = ({ w, g, newS, eta, epsilon }) => row(w, op("−"), over(g, row(root(newS), op("+"), epsilon)), op("·"), eta);

// The right sides of the equations of each optimizer. Their parts are symbols or numbers.
const SIDES = {
  GRADIENT_DESCENT: ({ w, g, eta }) => ({ w: row(w, op("−"), g, op("·"), eta) }),
  MOMENTUM: ({ w, g, v, newV, mu, eta, share }) => ({
    v: row(mu, op("·"), v, op("+"), share ? row(share, op("·"), g) : g),
    w: row(w, op("−"), newV, op("·"), eta),
  }),
  NESTEROV: ({ w, g, v, newV, mu, eta }) => ({
    v: row(mu, op("·"), v, op("+"), g),
    w: row(w, op("−"), op("("), g, op("+"), mu, op("·"), newV, op(")"), op("·"), eta),
  }),
  ADAM: ({ w, g, v, s, newV, newS, eta, beta1, beta2, epsilon }) => ({
    v: row(beta1, op("·"), v, op("+"), rest(beta1), op("·"), g),
    s: running({ g, s, beta2 }),
    w: row(w, op("−"), over(eta, c1), op("·"), over(newV, row(over(root(newS), c2), op("+"), epsilon))),
  }),
  ADAMW: ({ w, g, v, s, newV, newS, eta, beta1, beta2, epsilon, lambda }) => ({
    v: row(beta1, op("·"), v, op("+"), rest(beta1), op("·"), g),
    s: running({ g, s, beta2 }),
    w: row(
      w,
      op("−"),
      grouped(row(eta, op("·"), lambda, op("·"), w, op("+"), over(eta, c1), op("·"), over(newV, row(over(root(newS), c2), op("+"), epsilon)))),
    ),
  }),
  RMSPROP: (parts) => ({ s: running(parts), w: scaled(parts) }),
  ADAGRAD: (parts) => ({ s: row(parts.s, op("+"), parts.g, op("·"), parts.g), w: scaled(parts) }),
};

const SYMBOLS = { w, g, v, s, newV: v, newS: s, eta, mu, beta1, beta2, epsilon, lambda };
const LEFT = { w, v, s };

const kindOf = ({ optimizer }) => optimizer.kind.replace("OPTIMIZER_KIND_", "");
// Whether g has the weight decay; with AdamW the step has it.
const isDecayed = ({ optimizer }) => Boolean(optimizer.weightDecay) && optimizer.kind !== "OPTIMIZER_KIND_ADAMW";

// Whether the step has more than one equation.
export const isLong = (settings) => kindOf(settings) !== "GRADIENT_DESCENT" || isDecayed(settings);

// Whether the gradient has a penalty, is clipped, or counts as 0 for some parameters.
const isLimited = ({ penalty, clipping, frozen, optimizer }) => Boolean(penalty || clipping || frozen || optimizer.decayWeightsOnly);

export function stepInSymbols(settings) {
  const share = settings.optimizer.dampening ? row(op("("), n(1), op("−"), id("d"), op(")")) : undefined;
  const rows = Object.entries(SIDES[kindOf(settings)]({ ...SYMBOLS, share })).map(([name, side]) => row(LEFT[name], op("←"), side));
  if (isLimited(settings)) return [row(row(g, op("="), id("limited"), op("("), over(id("G"), id("n")), op(")")), SPACE, rows[0]), ...rows.slice(1)];
  if (!isDecayed(settings)) return rows;
  const decay = row(g, op("="), over(id("G"), id("n")), op("+"), lambda, op("·"), w);
  return [row(decay, SPACE, rows[0]), ...rows.slice(1)];
}

// The gradient of a step: with weight decay, the mean gradient plus a term.
export function decayInNumbers(settings, { v: of, read }) {
  if (isLimited(settings)) return row(id("limited"), op("("), n(read("MEAN_GRADIENT")), op(")"));
  if (!isDecayed(settings)) return null;
  return row(n(read("MEAN_GRADIENT")), op("+"), n(settings.optimizer.weightDecay), op("·"), n(of("PARAMETER")));
}

export function stepInNumbers(settings, { v: of, read }) {
  const { momentum, beta1, beta2, epsilon, weightDecay = 0, dampening } = settings.optimizer;
  const results = { w: of("NEW_PARAMETER"), v: of("NEW_FIRST_MOMENT"), s: of("NEW_SECOND_MOMENT") };
  const before = { w: of("PARAMETER"), g: of("DECAYED_GRADIENT"), v: read("FIRST_MOMENT"), s: read("SECOND_MOMENT") };
  // A frozen parameter stays as it is, and so does its optimizer state.
  if (settings.frozen && ["w", "v", "s"].every((name) => before[name] === undefined || results[name] === before[name])) return [row(w, op("="), gives(results.w))];
  const isFirst = before.v === 0 && results.v === before.g; // dampening begins with the second step
  const share = dampening && !isFirst ? 1 - dampening : undefined;
  const values = { ...before, share, newV: results.v, newS: results.s, eta: settings.learningRate, mu: momentum, beta1, beta2, epsilon, lambda: weightDecay };
  const parts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === undefined ? undefined : n(value)]));
  return Object.entries(SIDES[kindOf(settings)](parts)).map(([name, side]) => row(LEFT[name], op("="), side, gives(results[name])));
}
