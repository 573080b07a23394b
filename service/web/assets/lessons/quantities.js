// Numbers of the service, as lessons name them: "weight 2-1-4", "delta 2-1 of example 2 at 1", "cost on xor".
import { LessonError } from "./parse.js";

const WEIGHT = /^[1-9]\d*-[1-9]\d*-([1-9]\d*|bias)$/;
const UNIT = /^\d+-[1-9]\d*$/;
const COUNT = /^[1-9]\d*$/;

export const NONE = "NONE"; // the state and the reason before there is a run

// What there is: the form of its key, which of the words after it it may have, and how it is read from `facts`.
const QUANTITIES = {
  weight: { key: WEIGHT, read: async ({ key, at }, facts) => parameterIn((await facts.state(at)).layers, key) },
  gradient: { key: WEIGHT, has: ["example"], read: readGradient },
  step: { key: WEIGHT, read: async ({ key, at }, facts) => parameterIn((await facts.trace(at)).step, key) },
  input: { key: COUNT, has: ["example"], read: ofExample(({ inputs }, key) => inputs.values[key - 1]) },
  target: { key: COUNT, has: ["example"], read: ofExample(({ targets }, key) => targets.values[key - 1]) },
  output: { key: COUNT, has: ["example"], read: ofExample(({ activations }, key) => activations.at(-1).values[key - 1]) },
  logit: { key: UNIT, has: ["example"], read: ofExample(({ logits }, key) => unitIn(logits, key)) },
  activation: { key: UNIT, has: ["example"], read: ofExample(({ activations }, key) => unitIn(activations, key)) },
  delta: { key: UNIT, has: ["example"], read: ofExample(({ deltas }, key) => unitIn(deltas, key)) },
  cost: { has: ["example", "on"], read: readCost },
  accuracy: { has: ["on"], needs: "on", read: async ({ on, at }, facts) => (await facts.evaluation(on, at)).accuracy },
  update: { read: async (_, facts) => facts.latest() },
  "examples in the batch": { read: async ({ at }, facts) => (await facts.trace(at)).exampleCount },
  epoch: { read: async ({ at }, facts) => (await facts.trace(at)).epoch },
  updates: { read: ofRun((run) => run?.updatesDone ?? 0) },
  "learning rate": { read: ofRun((run) => run?.settings.learningRate) },
  state: { read: ofRun((run) => run?.state.replace("RUN_STATE_", "") ?? NONE) },
  reason: { read: ofRun((run) => run?.failure?.reason ?? NONE) },
  "best update": { read: ofRun((run) => run?.best?.update) },
  "best validation cost": { read: ofRun((run) => run?.best?.cost) },
  "validation cost": { read: ofRun((run) => run?.latestValidation?.cost) },
};

const NAMES = Object.keys(QUANTITIES).sort((one, other) => other.length - one.length);

// { name, key, example, on, at }, or { value } for a number or a word in capitals, such as DIVERGED. Throws LessonError.
export function parseQuantity(text) {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?(e-?\d+)?$/.test(trimmed)) return { value: Number(trimmed) };
  if (/^[A-Z_]+$/.test(trimmed)) return { value: trimmed };
  const name = NAMES.find((each) => trimmed === each || trimmed.startsWith(`${each} `));
  if (!name) throw new LessonError(`Unknown quantity “${trimmed}”. Use one of ${Object.keys(QUANTITIES).join(", ")}.`);
  const { key: form, has = [], needs } = QUANTITIES[name];
  const [, key, example, on, at] = trimmed.slice(name.length).match(/^(?: (\d\S*))?(?: of example ([1-9]\d*))?(?: on (\S+))?(?: at (start|latest|next|\d+))?$/) ?? [];
  const parsed = { name, key, example: example && Number(example), on, at: /^\d/.test(at ?? "") ? Number(at) : at };
  const isRight = (form ? form.test(key ?? "") : key === undefined) && (!example || has.includes("example")) && (!on || has.includes("on")) && (!needs || parsed[needs]);
  if (!isRight || (trimmed !== name && Object.values({ key, example, on, at }).every((each) => each === undefined)))
    throw new LessonError(`“${trimmed}” is not a quantity: ${name} is written ${formOf(name)}.`);
  return parsed;
}

function formOf(name) {
  const { key, has = [] } = QUANTITIES[name];
  const keys = new Map([[WEIGHT, " LAYER-UNIT-INPUT"], [UNIT, " LAYER-UNIT"], [COUNT, " NUMBER"]]);
  return `“${name}${keys.get(key) ?? ""}${has.includes("example") ? " [of example N]" : ""}${has.includes("on") ? " [on TRAINING-SET]" : ""} [at UPDATE]”`;
}

// The number or text; undefined if there is none.
export async function readQuantity(quantity, facts) {
  if ("value" in quantity) return quantity.value;
  return numberOf(await QUANTITIES[quantity.name].read(quantity, facts));
}

// The service sends int64, infinities and NaN as texts.
const numberOf = (value) => (typeof value === "string" && /^(-?\d+|-?Infinity|NaN)$/.test(value) ? Number(value) : value);

function ofExample(found) {
  return async ({ key, example = 1, at }, facts) => {
    const { examples } = await facts.trace(at);
    if (!examples[example - 1]) throw new LessonError(`The batch has no example ${example}.`);
    return found(examples[example - 1], key);
  };
}

function ofRun(found) {
  return async (_, facts) => found(await facts.run());
}

// That of the batch, or of one of its examples.
async function readGradient({ key, example, at }, facts) {
  const { gradient, examples } = await facts.trace(at);
  return parameterIn(example === undefined ? gradient : examples[example - 1].gradient, key);
}

// Of an example, of the batch, or of all examples of a training set.
async function readCost({ example, on, at }, facts) {
  if (on) return (await facts.evaluation(on, at)).cost;
  const trace = await facts.trace(at);
  return example === undefined ? trace.cost : trace.examples[example - 1].cost;
}

function unitIn(vectors, key) {
  const [layer, unit] = key.split("-").map(Number);
  return vectors[layer - 1]?.values[unit - 1];
}

function parameterIn(layers, key) {
  const [layer, unit, input] = key.split("-");
  const found = layers[layer - 1];
  return input === "bias" ? found?.biases[unit - 1] : found?.weights[(unit - 1) * found.inputs + Number(input) - 1];
}
