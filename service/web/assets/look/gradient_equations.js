// From G/n to the gradient g that the optimizer uses, in symbols and in numbers, as in
// training/numerics/gradient_rule.py. The service computes all numbers.
import { html } from "../shared/html.js";
import { valueOf } from "../shared/parameters.js";
import { call, gives, grouped, id, n, op, over, row, space } from "./maths.js";

const NORM_EPSILON = 1e-6;

// What is done to the gradient, in this order. `side` makes the right side of an equation from symbols or
// numbers, and `result` finds what a trace has of it.
const OPERATIONS = [
  {
    isIn: ({ l1, l2, clip }) => l1 || l2 || clip,
    side: ({ clip, ...parts }) =>
      clip ? call(id("min"), clip, op(","), call(id("max"), op("−"), clip, op(","), penalized(parts))) : penalized(parts),
    result: ({ limitedGradient }, parameter) => valueOf(limitedGradient, parameter),
  },
  {
    isIn: ({ limit, decay }) => limit || decay,
    side: ({ g, w, decay, ...parts }) => row(g, ...(parts.limit ? [op("·"), ...normFactor(parts)] : []), ...(decay ? [op("+"), decay, op("·"), w] : [])),
    result: ({ decayedGradient }, parameter) => valueOf(decayedGradient, parameter),
  },
];

const normFactor = ({ limit, norm }) => [id("min"), grouped(n(1), op(","), over(limit, row(norm, op("+"), n(NORM_EPSILON))))];
const penalized = ({ g, w, sign, l1, l2 }) => row(g, ...(l2 ? [op("+"), l2, op("·"), w] : []), ...(l1 ? [op("+"), l1, op("·"), sign] : []));

// With AdamW, weight decay is a term of the step.
const isDecoupled = ({ optimizer }) => optimizer.kind === "OPTIMIZER_KIND_ADAMW";

// The numbers that the settings have for a parameter of a layer: those that are absent or 0 do nothing.
function ruleOf(settings, { layer, isBias }) {
  const { penalty, clipping, frozen } = settings;
  return {
    isFrozen: Boolean((isBias && frozen?.biases) || frozen?.layers?.some((each) => Number(each) === layer)),
    l1: isBias ? 0 : penalty?.l1,
    l2: isBias ? 0 : penalty?.l2,
    clip: clipping?.value,
    limit: clipping?.norm,
    decay: isDecoupled(settings) ? 0 : decayOf(settings, { isBias }),
  };
}

export const decayOf = ({ optimizer }, { isBias }) => (isBias && optimizer.decayWeightsOnly ? 0 : optimizer.weightDecay);
export const isFrozen = (settings, parameter) => ruleOf(settings, parameter).isFrozen;

const operationsOf = (rule) => OPERATIONS.filter(({ isIn }) => isIn(rule));

// Whether g differs from G/n for some parameters.
export const isChanged = (settings) => Boolean(settings.frozen) || operationsOf(ruleOf(settings, {})).length > 0;

const g = id("g");
const SETTINGS = { l1: id("λ₁"), l2: id("λ₂"), clip: id("c"), limit: id("m"), decay: id("λ") };
const SYMBOLS = { w: id("w"), sign: call(id("sign"), id("w")), norm: id("N") };
const NORM = row(id("N"), op("="), op("√"), op("∑"), html`<msup><mi>g</mi><mn>2</mn></msup>`);

// `nodeOf` makes the part of an equation for each number of the settings that does something.
const settingsOf = (rule, nodeOf) => Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, rule[name] ? nodeOf(name) : undefined]));

// The equations of a parameter in symbols; none if g is G/n.
export function gradientInSymbols(settings, parameter) {
  const rule = ruleOf(settings, parameter);
  if (rule.isFrozen) return [row(g, op("="), n(0), space(), html`<mtext>frozen</mtext>`)];
  const parts = { ...SYMBOLS, ...settingsOf(rule, (name) => SETTINGS[name]) };
  const rows = operationsOf(rule).map(({ side }, index) => row(g, op(index ? "←" : "="), side({ ...parts, g: index ? g : over(id("G"), id("n")) })));
  return rule.limit ? [...rows, NORM] : rows;
}

// The equations with their numbers: those of `trace`, and the mean gradient and the weight of the parameter.
export function gradientInNumbers({ settings, trace, parameter, mean, weight, result }) {
  const rule = ruleOf(settings, parameter);
  const operations = rule.isFrozen ? [] : operationsOf(rule);
  if (!operations.length) return [row(g, gives(result))];
  const parts = { w: n(weight), sign: n(Math.sign(weight)), norm: rule.limit && n(trace.gradientNorm), ...settingsOf(rule, (name) => n(rule[name])) };
  let value = mean;
  return operations.map(({ side, result: of }) => {
    const equation = side({ ...parts, g: n(value) });
    value = of(trace, parameter);
    return row(g, op("="), equation, gives(value));
  });
}
