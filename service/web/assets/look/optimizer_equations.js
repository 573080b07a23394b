// The step of each optimizer in symbols and in numbers, as in training/numerics/optimizers.py.
import { decayOf, gradientInSymbols, isChanged, isFrozen } from "./gradient_equations.js";
import { flat, gives, grouped, id, n, op, over, row } from "./maths.js";

const [w, g, v, s, eta, mu, epsilon, lambda] = ["w", "g", "v", "s", "η", "μ", "ε", "λ"].map(id);
const numbered = (name, index) => id(`${name}${index}`);
const [beta1, beta2, c1, c2] = [numbered("β", "₁"), numbered("β", "₂"), numbered("c", "₁"), numbered("c", "₂")];
const root = (part) => row(op("√"), part);
const rest = (beta) => flat(n(1), op("−"), beta);

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
    w: row(w, op("−"), flat(g, op("+"), mu, op("·"), newV), op("·"), eta),
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

// The equations of a step: with AdamW, those of Adam for parameters that do not decay.
const sidesOf = (settings, parameter) => SIDES[kindOf(settings) === "ADAMW" && !decayOf(settings, parameter) ? "ADAM" : kindOf(settings)];

// Whether the step has more than one equation.
export const isLong = (settings) => kindOf(settings) !== "GRADIENT_DESCENT" || isChanged(settings);

// `parameter` is { layer, isBias }.
export function stepInSymbols(settings, parameter) {
  if (isFrozen(settings, parameter)) return [...gradientInSymbols(settings, parameter), row(w, op("←"), w)];
  const share = settings.optimizer.dampening ? rest(id("d")) : undefined;
  const sides = sidesOf(settings, parameter)({ ...SYMBOLS, share });
  return [...gradientInSymbols(settings, parameter), ...Object.entries(sides).map(([name, side]) => row(LEFT[name], op("←"), side))];
}

export function stepInNumbers(settings, parameter, { v: of, read }) {
  const { momentum, beta1, beta2, epsilon, weightDecay = 0, dampening } = settings.optimizer;
  const results = { w: of("NEW_PARAMETER"), v: of("NEW_FIRST_MOMENT"), s: of("NEW_SECOND_MOMENT") };
  if (isFrozen(settings, parameter)) return [row(w, gives(results.w))]; // its optimizer state stays as it is, too
  const before = { w: of("PARAMETER"), g: of("DECAYED_GRADIENT"), v: read("FIRST_MOMENT"), s: read("SECOND_MOMENT") };
  const isFirst = before.v === 0 && results.v === before.g; // dampening begins with the second step
  const share = dampening && !isFirst ? rest(n(dampening)) : undefined;
  const values = { ...before, newV: results.v, newS: results.s, eta: settings.learningRate, mu: momentum, beta1, beta2, epsilon, lambda: weightDecay };
  const parts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === undefined ? undefined : n(value)]));
  return Object.entries(sidesOf(settings, parameter)({ ...parts, share })).map(([name, side]) => row(LEFT[name], op("="), side, gives(results[name])));
}
