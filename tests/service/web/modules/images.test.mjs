// Where the weights of a layer are in its map, and what the inputs of images range over.
import assert from "node:assert/strict";
import test from "node:test";
import { imageLayout, matrixLayout } from "./assets/picture/map_layout.js";
import { rangeOfInputs } from "./assets/shared/image_range.js";

const layerOf = (units, inputs, hasBiases) => ({ units, inputs, biases: Array(hasBiases ? units : 0).fill(0) });

function check(layout, { units, inputs, biases }) {
  const taken = new Map();
  const parameters = Array.from({ length: units }, (_, unit) => [...Array(inputs).keys(), ...(biases.length ? [undefined] : [])].map((input) => ({ unit, input }))).flat();
  for (const parameter of parameters) {
    const { row, column, width, height } = layout.boxOf(parameter);
    const first = layout.boxOf({ unit: parameter.unit, input: 0 });
    if (parameter.input !== undefined) assert.equal(layout.offsets?.[parameter.input] ?? parameter.input, (row - first.row) * layout.columns + column - first.column);
    assert.ok(row >= 0 && column >= 0 && row + height <= layout.rows && column + width <= layout.columns);
    for (let y = row; y < row + height; y += 1) {
      for (let x = column; x < column + width; x += 1) {
        assert.deepEqual(layout.parameterAt({ row: y, column: x }), parameter);
        taken.set(y * layout.columns + x, parameter);
      }
    }
  }
  for (let cell = 0; cell < layout.rows * layout.columns; cell += 1) {
    if (!taken.has(cell)) assert.equal(layout.parameterAt({ row: Math.floor(cell / layout.columns), column: cell % layout.columns }), null);
  }
}

test("each weight and bias has cells of its own in a map, and all others have none", () => {
  for (const hasBiases of [false, true]) {
    check(matrixLayout(layerOf(3, 4, hasBiases)), layerOf(3, 4, hasBiases));
    for (const [height, width, channels] of [[1, 1, 1], [8, 8, 1], [2, 3, 3], [1, 400, 1], [20, 2, 3]]) {
      for (const units of [1, 2, 7, 32]) {
        const layer = layerOf(units, height * width * channels, hasBiases);
        check(imageLayout(layer, { height, width, channels }), layer);
      }
    }
  }
});

test("the pixels of a tile are row by row, and its channels beside each other", () => {
  const { boxOf } = imageLayout(layerOf(1, 12, false), { height: 2, width: 2, channels: 3 });
  const places = Array.from({ length: 12 }, (_, input) => boxOf({ unit: 0, input })).map(({ row, column }) => [row, column]);
  assert.deepEqual(places.slice(0, 6), [[0, 0], [0, 2], [0, 4], [0, 1], [0, 3], [0, 5]]);
  assert.deepEqual(places[6], [1, 0]);
});

test("the inputs of images range from their lowest to their highest, and over 0 to 1 if they are all equal", () => {
  assert.deepEqual(rangeOfInputs([{ inputs: [3, -1] }, { inputs: [16] }]), { low: -1, high: 16 });
  assert.deepEqual([rangeOfInputs([{ inputs: [5] }]), rangeOfInputs([{ inputs: [0] }]), rangeOfInputs([])], [{ low: 0, high: 5 }, { low: 0, high: 1 }, { low: 0, high: 1 }]);
});
