// The list of networks: what a filter finds, how it is sorted, and the axes of its settings.
import assert from "node:assert/strict";
import test from "node:test";
import { placeOf, searchOf } from "./assets/shared/address.js";
import { axesOf } from "./assets/networks/axes.js";
import { bestOf, combined } from "./assets/networks/combinations.js";
import { drawnOf, toggled } from "./assets/networks/chosen.js";
import { differences, placesOf } from "./assets/networks/settings.js";
import { differingLabels, isFound, sorted, validationOf, varyingLabels, withoutLessons } from "./assets/networks/listing.js";

const row = (network, labels, cost, more = {}) => ({
  network: { network, labels, parameterCount: "3", latestUpdate: "10", createTime: "2026-01-01T00:00:00Z" },
  run: { state: "RUN_STATE_SUCCEEDED", settings: { stop: {} }, latestCost: 1, latestValidation: cost === undefined ? undefined : { cost }, ...more },
});

const ROWS = [
  row("s-1", { sweep: "s", trial: "1", rate: "0.1" }, 0.5),
  row("s-2", { sweep: "s", trial: "2", rate: "10" }, 0.25),
  row("s-3", { sweep: "s", trial: "3", rate: "1" }, "Infinity"),
  row("s-4", { sweep: "s", trial: "4" }, undefined),
];
const idsOf = (rows) => rows.map(({ network }) => network.network);

test("a filter has labels and parts of ids", () => {
  const { network } = ROWS[1];
  for (const filter of ["", "sweep=s", "s-", "sweep=s rate=10", " s-2  trial=2 "]) assert.ok(isFound(network, filter), filter);
  for (const filter of ["sweep=t", "sweep=s rate=1", "s-3", "rate="]) assert.ok(!isFound(network, filter), filter);
});

test("networks of lessons are listed if that is wanted", () => {
  const networks = [{ network: "own", labels: {} }, { network: "made", labels: { lesson: "cost" } }];
  const listed = (wanted) => withoutLessons(networks, { filter: "", ...wanted }).length;
  assert.deepEqual([listed({}), listed({ withLessons: true }), listed({ filter: "lesson=cost" })], [1, 2, 2]);
});

test("rows are sorted by a column; those without a value are last", () => {
  assert.deepEqual(idsOf(sorted(ROWS, "validation-cost")), ["s-2", "s-1", "s-3", "s-4"]);
  assert.deepEqual(idsOf(sorted(ROWS, "-validation-cost")), ["s-3", "s-1", "s-2", "s-4"]);
  assert.deepEqual(idsOf(sorted(ROWS, "-network")), ["s-4", "s-3", "s-2", "s-1"]);
  assert.deepEqual(idsOf(sorted(ROWS, "unknown")), ["s-1", "s-2", "s-3", "s-4"]);
});

test("the validation is that of the weights that a run ended with", () => {
  const restored = row("r", {}, 0.5, { best: { cost: 0.1 }, settings: { stop: { restoreBest: true } } });
  assert.equal(validationOf(restored).cost, 0.1);
  assert.equal(validationOf(ROWS[0]).cost, 0.5);
  assert.equal(validationOf({ run: undefined }), undefined);
});

test("axes are the labels that differ, and the result", () => {
  assert.deepEqual(varyingLabels(ROWS), ["rate", "trial"]);
  assert.deepEqual(differingLabels([...ROWS, row("t", { sweep: "s", rate: "1", trial: "1", mark: "yes" })]), ["mark", "rate", "trial"]);
  const axesFor = (rows) => axesOf(["rate"], "Validation cost", combined(rows).combinations);
  const alone = ROWS.map(({ network, run }) => ({ network: { ...network, labels: { rate: network.labels.rate } }, run }));
  delete alone[3].network.labels.rate;
  const [rate, cost] = axesFor(alone);
  assert.deepEqual([rate.name, cost.name], ["rate", "Validation cost"]);
  assert.deepEqual(rate.ticks, [{ at: 0, text: "0.1" }, { at: 0.5, text: "1" }, { at: 1, text: "10" }]);
  const { combinations } = combined(alone);
  assert.deepEqual(combinations.map(rate.placeOf), [0, 1, 0.5, null]);
  assert.deepEqual(combinations.map(cost.placeOf), [1, 0, null, null]); // what is not finite is not drawn
  const many = Array.from({ length: 20 }, (_, index) => row(`m-${index}`, { rate: String(10 ** (index / 4 - 4)) }, index));
  const [logarithmic] = axesFor(many);
  assert.deepEqual(logarithmic.ticks.map(({ at }) => at), [0, 1]);
  assert.ok(Math.abs(logarithmic.placeOf(combined(many).combinations[10]) - 10 / 19) < 1e-9);
});

test("the best combination has the best mean over seeds and folds, not the luckiest network", () => {
  const costs = { 0.1: [0.1, 0.9, 0.8], 1: [0.3, 0.4, 0.35], 10: [0.2, 0.2, 0.2] };
  const rows = Object.entries(costs).flatMap(([rate, found], at) =>
    found.map((cost, fold) => row(`s-${at}-${fold}`, { sweep: "s", rate, trial: `${3 * at + fold + 1}`, fold: `${fold + 1}`, seed: `${fold % 2}` }, cost)),
  );
  rows.at(-1).run.state = "RUN_STATE_FAILED";
  const { result, combinations } = combined(rows);
  assert.equal(result, "Validation cost");
  assert.deepEqual(combinations.map(({ value }) => value.toFixed(3)), ["0.600", "0.350", "0.200"]);
  assert.deepEqual(combinations.map(({ networks }) => networks.length), [3, 3, 3]);
  assert.equal(bestOf(combinations).labels.rate, "1"); // a network of 10 failed
  const diverged = combined(rows.map((each) => ({ ...each, run: { ...each.run, latestValidation: { cost: "NaN" } } })));
  assert.equal(bestOf(diverged.combinations), undefined);
});

test("networks of other sweeps, and those without labels, are not put together", () => {
  const labels = { rate: "1", fold: "1" };
  const rows = [row("a", {}, 1), row("b", {}, 2), row("s-1", { ...labels, sweep: "s" }, 3), row("t-1", { ...labels, sweep: "t" }, 4)];
  assert.deepEqual(combined(rows).combinations.map(({ networks }) => networks), [["a"], ["b"], ["s-1"], ["t-1"]]);
});

test("at most six curves are drawn", () => {
  const six = ["a", "b", "c", "d", "e", "f"];
  assert.deepEqual(six.reduce(toggled, []), six);
  assert.deepEqual(drawnOf(toggled(six, "g")), ["b", "c", "d", "e", "f", "g"]);
  assert.deepEqual(toggled(six, "c"), ["a", "b", "d", "e", "f"]);
});

test("settings that differ have their names, and places by size", () => {
  const withRate = (learningRate, kind) => ({ network: { layerSizes: [2, 1], bias: true, initializer: { kind: "INITIALIZER_KIND_HE_NORMAL" } }, run: { settings: { learningRate, optimizer: { kind, momentum: 0.9 } } } });
  const found = differences([withRate(0.1, "OPTIMIZER_KIND_ADAM"), withRate(10, "OPTIMIZER_KIND_MOMENTUM"), { network: { layerSizes: [2, 1], bias: true } }]);
  assert.deepEqual(found.map(({ name }) => name), ["initializer", "learning rate", "optimizer", "optimizer momentum"]);
  assert.deepEqual(found[2].values, ["adam", "momentum", undefined]);
  assert.deepEqual(placesOf(["10", "0.1", undefined, "9"]), [1, 0, null, 0.5]);
});

test("the filter and the order are in the address of the list only", () => {
  const place = { mode: "networks", where: "sweep=s", sort: "-cost" };
  assert.equal(searchOf(place), "?mode=networks&where=sweep%3Ds&sort=-cost");
  assert.deepEqual(placeOf(searchOf(place)), place);
  assert.equal(searchOf({ ...place, mode: "train" }), "?mode=train");
});
