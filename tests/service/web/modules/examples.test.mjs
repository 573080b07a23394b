// Examples by class: which are chosen, how classes are told apart, and where points are.
import assert from "node:assert/strict";
import test from "node:test";
import { classNames, isOneHot, outputNames } from "./assets/shared/class_names.js";

const classes = { preparation: { table: { inputs: [], targets: { classes: ["cat", "dog", "cow"], names: ["pet"] } } } };

test("classes have the names of the network, of the set, or are numbers from 0", () => {
  const plain = { layerSizes: [2, 3] };
  assert.deepEqual(classNames({ ...plain, ...classes }), ["cat", "dog", "cow"]);
  assert.deepEqual(classNames(plain, { table: classes.preparation.table }), ["cat", "dog", "cow"]);
  assert.deepEqual(classNames(plain, {}), ["0", "1", "2"]);
  assert.deepEqual(classNames({ layerSizes: [2, 1] }), ["0", "1"]);
});

test("outputs have the names of classes only if each example belongs to one", () => {
  const network = { layerSizes: [2, 3] };
  const setOf = (...rows) => ({ sample: rows.map((targets) => ({ targets })) });
  assert.deepEqual(outputNames(network, setOf([0, 1, 0], [1, 0, 0])), ["0", "1", "2"]);
  assert.deepEqual(outputNames(network, setOf([0, 1, 0], [1, 1, 0])), []);
  assert.deepEqual(outputNames(network, setOf()), []);
  assert.deepEqual(outputNames({ ...network, ...classes }, null), ["cat", "dog", "cow"]);
  assert.ok(!isOneHot([1]));
});
