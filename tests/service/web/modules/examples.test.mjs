// Examples by class: which are chosen, how classes are told apart, and where points are.
import assert from "node:assert/strict";
import test from "node:test";
import { choiceOf, fieldsOf, isChosen } from "./assets/examples/choice.js";
import { markOf } from "./assets/examples/marks.js";
import { rival, strongest } from "./assets/examples/reasoning.js";
import { between, nearest, placesOf } from "./assets/examples/plane_places.js";
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

test("the cell of a confusion matrix chooses its examples, and only wrong ones can be chosen", () => {
  const [right, wrong] = [{ trueClass: 8, predictedClass: 8 }, { trueClass: 8, predictedClass: 1 }];
  const chosen = (choice) => [right, wrong].map((example) => isChosen(choice, example));
  assert.deepEqual(chosen({}), [true, true]);
  assert.deepEqual(chosen({ class: 8, predicted: 1 }), [false, true]);
  assert.deepEqual(chosen({ class: 1 }), [false, false]);
  assert.deepEqual(chosen({ wrong: 1 }), [false, true]);
});

test("held-out examples can be chosen if there are any, and those for which a unit is most active", () => {
  const run = { run: "3", settings: { validation: { share: 0.2 } } };
  const fields = (place, run) => fieldsOf(choiceOf(place, run));
  assert.deepEqual(fields({ of: "held-out" }, run), { ...fields({}), part: "EXAMPLE_PART_HELD_OUT", run: "3" });
  assert.deepEqual(fields({ of: "held-out" }, { settings: {} }), fields({}));
  assert.deepEqual(fields({ of: "others" }, run), fields({}));
  assert.deepEqual(fields({ order: "active", unit: "1.4" }), { ...fields({}), layer: 1, unit: 4 });
  assert.deepEqual(fields({ order: "active", unit: "0.4" }), fields({}));
  assert.deepEqual(fields({ unit: "1.4" }), fields({}));
});

test("a class is compared with that of the example, or with the next likely one", () => {
  assert.equal(rival({ trueClass: 2, predictedClass: 0 }, [0.9, 0.1, 0]), 2);
  assert.equal(rival({ trueClass: 0, predictedClass: 0 }, [0.9, 0, 0.1]), 2);
  assert.equal(rival({ trueClass: 1, predictedClass: 1 }, [0.7]), 0);
});

test("the strongest reasons are the terms that differ most between two logits", () => {
  const terms = [[1, 5, 0, -2, 3], [3, 5, 1, 0, -1], [0, 0, 0, 0, 0]];
  assert.deepEqual(strongest(terms, 1, 0), [{ unit: 0, values: [3, 1] }, { unit: 3, values: [0, -2] }, { unit: 2, values: [1, 0] }]);
  assert.deepEqual(strongest([[1, -2, 3]], 1, 0), [{ unit: 2, values: [3] }, { unit: 0, values: [1] }]);
  assert.deepEqual(strongest([[1, -2, 3]], 0, 1), [{ unit: 1, values: [-2] }]);
});

test("points have one scale, which fits all that was seen, and those without a place are nowhere", () => {
  const seen = {};
  const size = { width: 128, height: 228 };
  const points = [{ x: 0, y: 0 }, { x: 1, y: 2 }, { x: "NaN", y: 0 }];
  assert.deepEqual(placesOf(points, [], size, seen), [[14, 214], [114, 14], null]);
  assert.deepEqual(placesOf(points.slice(0, 1), [{ x: 2, y: 0 }], size, seen), [[14, 164]]);
  assert.deepEqual(placesOf([{ x: 7, y: 7 }], [], size, {}), [[64, 114]]);
  assert.deepEqual(placesOf([{ x: "Infinity", y: 7 }], [], size, {}), [null]);
});

test("the nearest point is found, and points move straight", () => {
  const places = [[0, 0], null, [10, 0]];
  assert.equal(nearest(places, 7, 0, 16), 2);
  assert.equal(nearest(places, 0, 40, 16), null);
  assert.deepEqual(between([[0, 0], null], [[4, 8], [1, 1]], 0.25), [[1, 2], [1, 1]]);
});

test("short names of classes are their own signs; others have different signs and colours", () => {
  assert.equal(markOf(["1", "10"], 1).sign, "10");
  const names = Array.from({ length: 60 }, (_, index) => `class ${index}`);
  const marks = new Set(names.map((_, index) => JSON.stringify(markOf(names, index))));
  assert.equal(marks.size, 60);
});
