// The page describes all functions of the service, and uses the names of the service.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { stepInSymbols } from "./assets/look/optimizer_equations.js";
import { PHASE_SENTENCES, phaseName } from "./assets/look/phases.js";
import { SENTENCES } from "./assets/look/update_without_batch.js";
import { kindIn, SYMBOLS } from "./assets/look/equations.js";
import * as functions from "./assets/shared/functions.js";
import { classNameOf, outputsOf, rowsOf, valuesOf } from "./assets/shared/columns.js";
import { parameterName, unitName } from "./assets/shared/unit_names.js";
import { UPDATE_KINDS } from "./assets/shared/update_kinds.js";
import { GENERATORS } from "./assets/train/generators.js";
import { GROUPS } from "./assets/train/more/groups.js";
import { runFields } from "./assets/train/run_fields.js";
import { DEFAULTS, placed, runOf } from "./assets/train/settings.js";

const { info, phases, names, enums, fields, updateKinds } = JSON.parse(readFileSync(new URL("data.json", import.meta.url)));
functions.describe(info);

test("each optimizer has equations and a sentence", () => {
  for (const kind of functions.optimizerKinds()) {
    for (const weightDecay of [0, 0.1]) assert.ok(stepInSymbols({ optimizer: { kind, weightDecay } }, { layer: 1 }).length > 0, kind);
    const isPlain = kind === "OPTIMIZER_KIND_GRADIENT_DESCENT";
    assert.ok(PHASE_SENTENCES[isPlain ? "UPDATE" : `UPDATE_${kind}`], kind);
  }
});

test("each number of an optimizer or initializer has a field in the form", () => {
  for (const kind of [...functions.optimizerKinds(), ...functions.initializerKinds()]) {
    for (const name of Object.keys(functions.numbersOf(kind))) {
      assert.ok(GROUPS.some(({ labels }) => labels?.[name]), name);
      assert.equal(DEFAULTS[name], "", name);
      const field = `${kind.startsWith("OPTIMIZER") ? "settings.optimizer" : "initializer"}.${name}`;
      assert.deepEqual(placed({ violations: [{ field, description: "bad" }] }), { [name]: "Bad." });
    }
  }
});

test("the form offers all values of the enums of settings and generators", () => {
  const offered = Object.assign({ GeneratorKind: Object.keys(GENERATORS) }, ...GROUPS.map((group) => group.enums));
  assert.deepEqual(offered, enums);
});

test("each field of the settings has a field in the form, where its errors are shown", () => {
  const place = (field) => Object.keys(placed({ violations: [{ field, description: "bad" }] }))[0];
  const places = Object.fromEntries(fields.map((field) => [field, place(field)]));
  assert.deepEqual(fields.filter((field) => DEFAULTS[places[field]] === undefined), []);
  const shared = fields.filter((field) => fields.some((other) => other !== field && places[other] === places[field]));
  assert.deepEqual(shared, []);
});

test("the settings that are seldom needed are sent if something was typed", () => {
  const sent = (changes) => runOf({ ...DEFAULTS, ...changes }, { trainingSet: "xor" });
  assert.equal(sent({}).schedule, undefined);
  assert.deepEqual(sent({ schedule: "SCHEDULE_KIND_PLATEAU", factor: "0.5", schedulePatience: "3" }).schedule, {
    kind: "SCHEDULE_KIND_PLATEAU",
    unit: "SCHEDULE_UNIT_EPOCH",
    warmup: undefined,
    factor: 0.5,
    minimum: undefined,
    patience: 3,
    minDelta: undefined,
  });
  assert.deepEqual(sent({ schedule: "SCHEDULE_KIND_LIST", period: "5", rates: "0.1  1e-2", factor: "3" }).schedule, {
    kind: "SCHEDULE_KIND_LIST",
    unit: "SCHEDULE_UNIT_EPOCH",
    warmup: undefined,
    period: 5,
    rates: [0.1, 0.01],
  });
  assert.deepEqual(placed({ violations: [{ field: "settings.schedule.rates[1]", description: "bad" }] }), { rates: "Bad." });
});

test("the settings of a run fill in fields that make the same settings", () => {
  const network = { layerSizes: [2, 4, 3, 2], activations: ["ACTIVATION_TANH", "ACTIVATION_TANH", "ACTIVATION_SOFTMAX"], bias: true, initializer: { kind: "INITIALIZER_KIND_HE", seed: "1" } };
  const made = (settings) => JSON.parse(JSON.stringify(runOf({ ...DEFAULTS, ...runFields(network, settings) }, { trainingSet: settings.trainingSet })));
  const plain = made({ trainingSet: "xor", learningRate: 5, batchSize: 4, epochs: "10000", optimizer: { kind: DEFAULTS.optimizer }, batchMode: "BATCH_MODE_UNSPECIFIED" });
  assert.deepEqual(plain, JSON.parse(JSON.stringify(runOf(DEFAULTS, { trainingSet: "xor" }))));
  const settings = {
    trainingSet: "wine",
    learningRate: 1e-7,
    batchSize: 8,
    epochs: 30,
    shuffleSeed: 0,
    optimizer: { kind: "OPTIMIZER_KIND_ADAM", weightDecay: 0.1, decayWeightsOnly: true, beta1: 0.8 },
    penalty: { l1: 0.5, l2: 0.25 },
    clipping: { value: 1, norm: 2 },
    frozen: { layers: [1, 2], biases: true },
    schedule: { kind: "SCHEDULE_KIND_STEP", unit: "SCHEDULE_UNIT_UPDATE", warmup: 2, period: 3, factor: 0.5, minimum: 0.01 },
    batchMode: "BATCH_MODE_DROP_LAST",
    labelSmoothing: 0.1,
    classWeights: [1, 2],
    dropout: { rates: [0.1, 0.2], seed: 3 },
    validation: { folds: 5, fold: 2, seed: 4, every: 2, unit: "VALIDATION_UNIT_UPDATE" },
    stop: { costBelow: 0.1, maxUpdates: 100, nonFiniteCost: true, patience: 7, minDelta: 0.001, restoreBest: true },
  };
  assert.deepEqual(made(settings), settings);
  const { hidden, activation, output, bias, initializer } = runFields(network, settings);
  assert.deepEqual([hidden, activation, output, bias, initializer], ["4-3", "ACTIVATION_TANH", "ACTIVATION_SOFTMAX", true, "INITIALIZER_KIND_HE"]);
  const fieldsOf = (initializer) => runFields({ ...network, initializer }, settings);
  assert.equal(fieldsOf({ kind: "INITIALIZER_KIND_EXPLICIT" }).initializer, DEFAULTS.initializer);
  const { seed, low, high } = fieldsOf({ kind: "INITIALIZER_KIND_UNIFORM", seed: "1", low: -0.12, high: 0.5 });
  assert.deepEqual([seed, low, high], ["1", "", "0.5"]);
  assert.equal(fieldsOf({ kind: "INITIALIZER_KIND_ZEROS" }).seed, "");
  assert.equal(runFields(network, { ...settings, optimizer: undefined }).optimizer, DEFAULTS.optimizer);
});

test("the defaults of the form exist", () => {
  assert.ok(functions.activationKinds().includes(DEFAULTS.activation));
  assert.ok(functions.outputActivationKinds().includes(DEFAULTS.output));
  assert.ok(functions.optimizerKinds().includes(DEFAULTS.optimizer));
  assert.ok(functions.initializerKinds().includes(DEFAULTS.initializer));
  assert.deepEqual(functions.outputActivationKinds().filter((each) => !functions.activationKinds().includes(each)), ["ACTIVATION_SOFTMAX"]);
});

test("each phase has a name, a sentence and an equation, with all functions", () => {
  for (const activation of functions.outputActivationKinds()) {
    for (const costFunction of functions.costFunctionKinds()) {
      const network = { layerSizes: [2, 3, 2], activations: ["ACTIVATION_TANH", activation], costFunction };
      for (const phase of phases) {
        const kind = kindIn(network, phase.kind.replace("WALK_PHASE_KIND_", ""), phase);
        const settings = { optimizer: { kind: "OPTIMIZER_KIND_GRADIENT_DESCENT", weightDecay: 0 } };
        assert.ok(phaseName(network, phase), phase.kind);
        assert.ok(PHASE_SENTENCES[kind], kind);
        assert.ok(SYMBOLS[kind](network, settings, phase).length > 0, kind);
      }
    }
  }
});

test("each kind of update has a heading and a sentence", () => {
  assert.deepEqual(Object.keys(UPDATE_KINDS), updateKinds);
  assert.deepEqual(Object.keys(SENTENCES).sort(), updateKinds.toSorted());
});

test("units and parameters have the names of the service", () => {
  for (const { network, units, parameters } of names) {
    for (const { layer, unit, name } of units) assert.equal(unitName(network, layer, unit), name);
    for (const { name, ...parameter } of parameters) assert.equal(parameterName(network, parameter), name);
  }
});

test("rows of a table are shown and predicted by column", () => {
  const { network } = names.at(-1); // it has a preparation
  const { table } = network.preparation;
  const rows = [
    [31, 0, 0, 1],
    ["NaN", 1, 1, 0],
  ];
  assert.deepEqual(rows.map((row) => valuesOf(table, row).map(({ value }) => value)), [[31, "nurse"], [null, "clerk"]]);
  assert.deepEqual(rowsOf(network, { table }, rows), {
    columns: [
      { name: "age", numbers: [31, "NaN"] },
      { name: "job", texts: ["nurse", "clerk"] },
    ],
  });
  assert.deepEqual(rowsOf(network, {}, [[1, 2]]), { inputs: [{ values: [1, 2] }] });
  assert.equal(classNameOf({ table }, [0, 1]), "yes");
  assert.equal(classNameOf({ imageShape: {} }, [0, 0, 1]), "2");
  for (const targets of [[0.5, 0.5], [1, 1], [0, 0], [1]]) assert.equal(classNameOf({ imageShape: {} }, targets), null);
  assert.equal(classNameOf({}, [0, 1]), null);
  assert.equal(classNameOf({}, [0, 0, 0, 0, 0, 0, 0, 1, 0]), "7");
  assert.deepEqual(outputsOf([{ outputs: [1], values: [7] }, { outputs: [1] }]), [[7], [1]]);
});
