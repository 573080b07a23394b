// What a moment shows: its numbers, from the service, ready to be drawn.
import { get, post } from "../shared/api.js";
import { largest } from "../shared/interval.js";
import { keyAt, parameterOf } from "../shared/parameters.js";
import { createSet } from "./copies.js";
import { parseQuantity, readQuantity } from "./quantities.js";

const POINTS = 300; // of a curve
const MOST = 1000; // the largest page that the service sends: updates in the trajectory of a weight
const CELLS = 60; // examples in a picture of batches

// `block` is one that shows something, `facts` are those of its network. Resolves to what its view needs.
export const loadMoment = (block, facts, lesson, part) => LOADS[block.kind](block, facts, lesson, part);

const LOADS = {
  "show picture": loadPicture,
  "show curve": loadCurve,
  "show numbers": loadNumbers,
  "show examples": loadExamples,
  "show surface": loadSurface,
  "show batches": loadBatches,
};

// Without an example: the weights after an update. With one: also what it makes of the units.
async function loadPicture({ fields: { example, values = "forward", light = "" } }, facts) {
  const { network } = facts.copy;
  const keys = String(light).split(/\s+/).filter(Boolean);
  const lit = {
    weights: new Set(keys.filter((key) => key.split("-").length === 3).map(keyOfText)),
    units: new Set(keys.filter((key) => key.split("-").length === 2).map((key) => key.replace(/(\d+)-(\d+)/, (_, layer, unit) => `${layer}.${unit - 1}`))),
  };
  if (example === undefined) return { network, layers: (await facts.state()).layers, lit };
  const trace = await facts.trace();
  return { network, layers: trace.before, lit, example: trace.examples[example - 1], values, number: Number(trace.examples[example - 1].example) + 1 };
}

// "2-1-4" → "2.0.3"
const keyOfText = (text) => {
  const [layer, unit, input] = text.split("-");
  return keyAt(layer, unit - 1, input === "bias" ? undefined : input - 1);
};

const isCost = ({ value }) => value === "cost";

// Costs of the latest run, or the values of weights since the part began.
async function loadCurve({ items, fields: { scale = "linear" } }, facts) {
  const isOfWeights = items.length > 0 && !items.some(isCost);
  return isOfWeights ? { ...(await trajectories(items, facts)), scale } : { ...(await costs(facts)), scale };
}

// A lesson counts updates from the beginning of a run, so each try has the same numbers.
const beforeRun = (run) => (run ? Number(run.firstUpdate) - 1 : 0);

async function costs(facts) {
  const [updates, validated, run] = await Promise.all([facts.updates({ maxPoints: POINTS }), facts.updates({ maxPoints: POINTS, validated: true }), facts.run()]);
  const hasValidation = validated.length > 0;
  const numberOf = (update) => Number(update) - beforeRun(run);
  const byUpdate = new Map(updates.map((each) => [numberOf(each.update), { cost: each.cost }]));
  for (const { update, validation } of validated) byUpdate.set(numberOf(update), { ...byUpdate.get(numberOf(update)), validation: validation.cost });
  const xs = [...byUpdate.keys()].sort((one, other) => one - other);
  const lines = [{ name: "cost", ys: xs.map((x) => byUpdate.get(x).cost) }];
  if (hasValidation) lines.push({ name: "validation cost", ys: xs.map((x) => byUpdate.get(x).validation) });
  const best = hasValidation && run.best ? [numberOf(run.best.update), run.best.cost] : undefined;
  return { xs, lines, best, run };
}

async function trajectories(items, facts) {
  const latest = await facts.latest();
  const { id, start } = facts.copy;
  const run = await facts.run();
  // Of the latest run since the part began; all updates of a network that is only shown.
  const first = latest === start ? 0 : run ? Math.max(start, beforeRun(run)) : latest;
  const { updates } = await get(`networks/${id}/updates`, { startUpdate: first, endUpdate: latest, detail: "DETAIL_PARAMETERS", pageSize: MOST });
  const lines = items.map(({ text, value }) => ({ name: text, key: parseQuantity(value).key }));
  return {
    xs: updates.map(({ update }) => Number(update) - first),
    lines: lines.map(({ name, key }) => ({ name, ys: updates.map(({ layers }) => valueAt(layers, keyOfText(key))) })),
  };
}

function valueAt(layers, key) {
  const { layer, unit, input } = parameterOf(key);
  const { inputs, weights, biases } = layers[layer - 1];
  return input === undefined ? biases[unit] : weights[unit * inputs + input];
}

async function loadNumbers({ items }, facts) {
  return Promise.all(items.map(async ({ text, value }) => ({ name: text, value: await readQuantity(parseQuantity(value), facts) })));
}

// The examples of a set with the outputs of the network.
async function loadExamples({ fields: { "training-set": name, at } }, facts, lesson, part) {
  const { id, settings, network } = facts.copy;
  const set = await setOf(name ? await createSet(lesson, part, name) : settings.trainingSet);
  const { update } = await facts.state(at);
  return { network, set, update: Number(update), outputs: await predictions(id, Number(update), set.examples.map(({ inputs }) => inputs)) };
}

const setOf = async (id) => (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet;

async function predictions(id, update, rows) {
  const { predictions: found } = await post(`networks/${id}:predict`, { update, inputs: rows.map((values) => ({ values })) });
  return found.map(({ outputs }) => outputs);
}

async function loadSurface(block, facts, lesson, part) {
  const { network, set, update } = await loadExamples(block, facts, lesson, part);
  return { network, set, update };
}

// The batches of the latest run, example by example.
async function loadBatches(_, facts) {
  const [updates, run] = await Promise.all([facts.updates({ pageSize: CELLS }), facts.run()]);
  const size = Number(run?.trainingExamples) || Number((await get(`trainingSets/${facts.copy.settings.trainingSet}`)).trainingSet.exampleCount);
  const cells = updates.flatMap(({ update, epoch, firstExample, exampleCount, cost }) =>
    Array.from({ length: exampleCount }, (_, at) => {
      const along = Number(firstExample) + at;
      return { update: Number(update) - beforeRun(run), cost, example: (along % size) + 1, epoch: Number(epoch) + Math.floor(along / size) };
    }),
  );
  return { cells: cells.slice(0, CELLS), size, run };
}

// The size of weight that is drawn with the thickest line.
export const scaleOf = (layers) => Math.max(1, ...layers.map(({ weights }) => largest(weights)));
