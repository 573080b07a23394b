// The list of networks: what a filter finds, how it is sorted, and the axes of its settings.
import assert from "node:assert/strict";
import test from "node:test";
import { placeOf, searchOf } from "./assets/shared/address.js";
import { axesOf } from "./assets/networks/axes.js";
import { toggled } from "./assets/networks/chosen.js";
import { differingLabels, isFound, sorted, validationOf } from "./assets/networks/listing.js";

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
  assert.deepEqual(differingLabels(ROWS), ["rate", "trial"]);
  const [rate, cost] = axesOf(ROWS);
  assert.deepEqual([rate.name, cost.name], ["rate", "Validation cost"]);
  assert.deepEqual(rate.ticks, [{ at: 0, text: "0.1" }, { at: 0.5, text: "1" }, { at: 1, text: "10" }]);
  assert.deepEqual(ROWS.map(rate.placeOf), [0, 1, 0.5, null]);
  const many = Array.from({ length: 20 }, (_, index) => row(`m-${index}`, { rate: String(10 ** (index / 4 - 4)) }, index));
  const [logarithmic] = axesOf(many);
  assert.deepEqual(logarithmic.ticks.map(({ at }) => at), [0, 1]);
  assert.ok(Math.abs(logarithmic.placeOf(many[10]) - 10 / 19) < 1e-9);
});

test("at most six curves are drawn", () => {
  const six = ["a", "b", "c", "d", "e", "f"];
  assert.deepEqual(six.reduce(toggled, []), six);
  assert.deepEqual(toggled(six, "g"), ["b", "c", "d", "e", "f", "g"]);
  assert.deepEqual(toggled(six, "c"), ["a", "b", "d", "e", "f"]);
});

test("the filter and the order are in the address of the list only", () => {
  const place = { mode: "networks", where: "sweep=s", sort: "-cost" };
  assert.equal(searchOf(place), "?mode=networks&where=sweep%3Ds&sort=-cost");
  assert.deepEqual(placeOf(searchOf(place)), place);
  assert.equal(searchOf({ ...place, mode: "train" }), "?mode=train");
});
