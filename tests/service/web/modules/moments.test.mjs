// What is shown of a moment depends on what variables hold, and never on their names.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { inNumbers } from "./assets/look/equations.js";
import { blocksOf } from "./assets/look/blocks.js";
import { byPhases, momentAt } from "./assets/look/moment.js";
import { viewOf } from "./assets/look/view.js";

const { updates } = JSON.parse(readFileSync(new URL("data.json", import.meta.url)));

// The same walk of loops whose variables all have other names.
function renamed(walk) {
  const names = new Map();
  const other = (name) => names.set(name, names.get(name) ?? `other ${names.size}`).get(name);
  const steps = walk.steps.map((step) => ({
    ...step,
    variables: step.variables.map((variable) => ({ ...variable, name: other(variable.name) })),
    changed: step.changed.map(other),
  }));
  return { ...walk, steps };
}

const keysOf = ({ layerSizes }) =>
  layerSizes.slice(1).flatMap((units, below) =>
    Array.from({ length: units }, (_, unit) => [
      `${below + 1}.${unit}.bias`,
      ...Array.from({ length: layerSizes[below] }, (_, input) => `${below + 1}.${unit}.${input}`),
    ]).flat(),
  );

// All that is shown of a step, as text.
function shown({ network, trace, walk }, number) {
  const opened = { network, trace, walk };
  const moment = momentAt(opened, number);
  const view = viewOf(opened, moment, null);
  const units = network.layerSizes.flatMap((count, layer) => Array.from({ length: count }, (_, unit) => view.unit(layer, unit)));
  const weights = keysOf(network).map((key) => [moment.sum.get(key), moment.mean.get(key), view.weight(key), moment.lit.weights.has(key)]);
  const numbers = inNumbers(moment, { network, trace, total: 0 });
  return JSON.stringify({ units, weights, lit: [...moment.lit.units], numbers }, (key, value) => (key === "__v" ? 0 : (value ?? "nothing"))); // __v: Preact counts its nodes
}

for (const { network, ...rest } of updates) {
  test(`the names of variables of ${network.network} are shown alone`, () => {
    const all = { network, ...rest };
    const other = { ...all, walk: renamed(all.walk) };
    for (let number = 0; number < all.walk.stepCount; number++) {
      assert.equal(shown(other, number), shown(all, number), `step ${number}`);
    }
  });

  test(`the pictures of ${network.network} without lines have the numbers of its trace`, () => {
    const { trace } = rest;
    const phases = rest.walk.phases.filter(({ position }) => !position);
    const walk = byPhases({ ...rest.walk, phases, steps: [] }, trace.exampleCount);
    const sums = new Map();
    for (let number = 0; number < walk.stepCount; number++) {
      const moment = momentAt({ network, trace, walk }, number);
      const blocks = blocksOf({ network, trace, walk }, moment, 1);
      const block = blocks.find(({ isLit }) => isLit);
      if (moment.kind === "ADD") sums.set(block.layer, [...block.matrix.values]);
      if (moment.kind === "DIVIDE") assert.equal(block.matrix.values, trace.gradient[block.layer - 1].weights);
      if (number === walk.stepCount - 1) assert.deepEqual(blocks.map(({ matrix }) => matrix.values), trace.after.map(({ weights }) => weights));
    }
    assert.deepEqual([...sums].sort().map(([, values]) => values), trace.gradientSum.map(({ weights }) => weights));
  });

  test(`each number that ${network.network} computes has its equation`, () => {
    const { walk, trace } = { network, ...rest };
    const without = new Set();
    for (let number = 0; number < walk.stepCount; number++) {
      const moment = momentAt({ network, trace, walk }, number);
      const text = JSON.stringify(inNumbers(moment, { network, trace, total: 0 }));
      if (text === "[]") without.add(lineOf(walk, walk.steps[number].line));
      assert.ok(!text.includes("undefined"), `step ${number}`);
    }
    // What is left only counts, chooses, stores or gives back.
    const kinds = /^\s*(for |if |return |.*\.append\(|.*: list\[|.* = \[\[|(cost_of|delta_of|activation|outputs|total_i|biases) =)/;
    for (const line of without) assert.match(line, kinds);
  });
}

test("a unit that dropout leaves out is marked from then on", () => {
  const { network, trace, walk } = updates.find(({ trace }) => trace.settings.dropout);
  const isMarkedAt = (number, unit) => viewOf({ network, trace }, momentAt({ network, trace, walk }, number), null).isDropped(1, unit);
  for (const { position, factors } of trace.examples) {
    const { firstStep, stepCount } = walk.phases.find(({ kind, ...phase }) => kind === "WALK_PHASE_KIND_DROP_ACTIVATIONS" && phase.position === position);
    factors[0].values.forEach((factor, unit) => {
      assert.ok(!isMarkedAt(firstStep, unit));
      assert.equal(isMarkedAt(firstStep + stepCount - 1, unit), factor === 0);
    });
  }
  const dropped = trace.examples.flatMap(({ factors }) => factors[0].values.filter((factor) => factor === 0));
  assert.ok(dropped.length > 0);
});

for (const { network, trace, walk } of updates) {
  test(`what the equations of the update of ${network.network} say gives their results`, () => {
    const { beta1, beta2 } = trace.settings.optimizer;
    const corrections = { c1: 1 - beta1, c2: Math.sqrt(1 - beta2) }; // of the first update
    let count = 0;
    for (let number = 0; number < walk.stepCount; number++) {
      const moment = momentAt({ network, trace, walk }, number);
      if (moment.kind !== "UPDATE") continue;
      for (const equation of inNumbers(moment, { network, trace, total: 0 })) {
        const [, computed, result] = codeOf(equation).split(/[=≈]/);
        if (result === undefined) continue; // a frozen parameter stays as it is
        const found = new Function(...Object.keys(corrections), `return ${computed}`)(...Object.values(corrections));
        const wanted = new Function(`return ${result}`)();
        assert.ok(Math.abs(found - wanted) <= 1e-15, `step ${number}: ${computed} is ${found}, not ${wanted}`);
        count++;
      }
    }
    assert.ok(count > 0);
  });
}

const SIGNS = { "·": "*", "−": "-", "√": "Math.sqrt", "⁣": "", min: "Math.min", max: "Math.max", "c₁": "c1", "c₂": "c2" };

// MathML with numbers as an expression of JavaScript.
function codeOf(node) {
  if (Array.isArray(node)) return node.map(codeOf).join("");
  if (typeof node !== "object" || node === null) return node ? (SIGNS[node] ?? String(node)) : "";
  const { type, props } = node;
  if (type === "mn") return props["data-exact"] === undefined ? codeOf(props.children) : `(${props["data-exact"].replace("−", "-")})`;
  if (type === "mfrac") return `((${codeOf(props.children[0])})/(${codeOf(props.children[1])}))`;
  return codeOf(props.children);
}

function lineOf({ functions }, number) {
  const { firstLine, lines } = functions.findLast((each) => each.firstLine <= number);
  return lines[number - firstLine];
}
