// What the page reads and draws of numbers, at the ends of float64 too.
import assert from "node:assert/strict";
import test from "node:test";
import { endsOf, partOf, segmentsOf, valueAlong } from "./assets/shared/interval.js";
import { gapSentence } from "./assets/shared/non_finite.js";
import { relation, short, signed } from "./assets/shared/number_format.js";
import { smoothed } from "./assets/train/smoothing.js";
import { examplesOf, tableSet } from "./assets/train/table.js";

const MOST = Number.MAX_VALUE;

test("a value has its place between any two others", () => {
  assert.deepEqual([partOf(0, -MOST, MOST), partOf(MOST, -MOST, MOST), partOf(-MOST, -MOST, MOST)], [0.5, 1, 0]);
  assert.deepEqual([partOf(MOST / 2, 0, MOST), partOf(3, 3, 3), partOf(3, 2, 6)], [0.5, 0.5, 0.25]);
  assert.deepEqual([valueAlong(0.5, -MOST, MOST), valueAlong(1, -MOST, MOST), valueAlong(0.25, 2, 6)], [0, MOST, 3]);
});

test("what is not finite is no end and splits a curve", () => {
  assert.deepEqual(endsOf(["NaN", 3, "Infinity", -1, undefined]), [-1, 3]);
  assert.deepEqual([endsOf(["NaN"]), endsOf([], [0, 2])], [[0, 1], [0, 2]]);
  assert.deepEqual(segmentsOf([1, 2, "NaN", "Infinity", 3], (value) => value), [[1, 2], [3]]);
  assert.deepEqual(segmentsOf(["NaN"], (value) => value), []);
});

test("costs that are not finite are counted, where the curve has all of them", () => {
  assert.equal(gapSentence([1, 2], false), "");
  assert.match(gapSentence([1, "NaN"], false), /^1 cost is not finite/);
  assert.match(gapSentence(["Infinity", 1, "NaN"], false), /^2 costs are not finite/);
  assert.match(gapSentence([1, "Infinity"], true), /^Some costs are not finite/);
});

test("huge and tiny numbers have an exponent", () => {
  assert.deepEqual([short(1e300), short(-1e-7), short(MOST), short("Infinity"), short("-Infinity"), short("NaN")], ["1e+300", "−1e-7", "1.798e+308", "∞", "−∞", "NaN"]);
  assert.deepEqual([signed(1e300), relation(0.5), relation(1.23456e300)], ["+1e+300", "=", "≈"]);
});

test("a smoothed curve begins with its first value, and a constant one stays as it is", () => {
  const xs = [0, 1, 5, 6, 100, 101, 400];
  assert.ok(smoothed(xs, xs.map(() => 0.25), 1 / 50).every((y) => Math.abs(y - 0.25) < 1e-15));
  const [first, second, , gap] = smoothed(xs, [1, 2, 2, null, 2, undefined, 2], 1 / 50);
  assert.ok(first === 1 && second > 1 && second < 2 && gap === null);
});

const wrong = (text, targets = 1, isComma = false) => {
  try {
    examplesOf(text, targets, isComma);
  } catch (error) {
    return error.message;
  }
  return "";
};

test("a table is read as it is written, or refused with its place", () => {
  const examples = [{ inputs: [0, 0.5], targets: [1] }, { inputs: [1, -2], targets: [0] }];
  for (const text of ["0\t0.5\t1\n1\t-2\t0", "0; 0.5; 1\n1; -2; 0", "a,b,t\n0,0.5,1\n1,-2,0", " 0 0.5  1\n1 -2 0\n"]) assert.deepEqual(examplesOf(text, 1), examples, text);
  assert.deepEqual(examplesOf("0; 0,5; 1\n1; -2; 0", 1, true), examples);
  assert.deepEqual(tableSet("0,1\n1,0", 1), { examples: [{ inputs: [0], targets: [1] }, { inputs: [1], targets: [0] }] });
  const { table, columns } = tableSet("age,job,kind\n31,nurse,yes\n45,clerk,no", 1);
  assert.deepEqual(columns, [{ name: "age", numbers: [31, 45] }, { name: "job", texts: ["nurse", "clerk"] }, { name: "kind", texts: ["yes", "no"] }]);
  assert.deepEqual(table.inputs, [{ name: "age" }, { name: "job", kind: "COLUMN_KIND_CATEGORY", categories: ["clerk", "nurse"] }]);
  assert.deepEqual(table.targets, { kind: "TARGET_KIND_CLASSES", names: ["kind"], classes: ["no", "yes"] });
  assert.deepEqual(tableSet("1;x\n2;y", 1).columns.map(({ name }) => name), ["column 1", "class"]);
  assert.throws(() => tableSet("a,b,c\n1,2,x\n1,?,y", 1), /^Error: Line 3, column 2: “\?” is not a number\.$/);
  assert.match(wrong("0; 0,5; 1"), /^Line 1, column 2: “0,5” is not a number\. If commas/);
  assert.match(wrong("0; 1.000,5; 1", 1, true), /^Line 1, column 2: “1.000,5” is not a number\./);
  for (const cell of ["0x10", "1_000", "１２", "Infinity", "1 000"]) assert.match(wrong(`1;2;0\n0;${cell};1`), /^Line 2, column 2: .* is not a number\.$/, cell);
  assert.match(wrong("a,b\nTrue,1"), /^Line 2, column 1: “True” is not a number\. Write 1/);
  assert.match(wrong(",a,t\n0,1,1"), /^Line 1, column 1 has no name\./);
  assert.match(wrong("1;2;3;\n1;2;3;"), /^Line 1, column 4 is empty\.$/);
  assert.match(wrong("1\n2"), /^Line 1 has 1 column, but 1 column of targets/);
  assert.match(wrong("1,2\n1"), /^Line 2 has 1 column, but line 1 has 2\.$/);
});
