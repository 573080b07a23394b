// A lesson file is read as docs/lessons.md says; what is wrong with it is said with its line; nothing in it runs.
import assert from "node:assert/strict";
import test from "node:test";
import { readLesson } from "./assets/lessons/checks.js";
import { parseCondition } from "./assets/lessons/conditions.js";
import { blocksOf, spansOf } from "./assets/lessons/markdown.js";
import { LessonError, parseLesson } from "./assets/lessons/parse.js";
import { parseQuantity } from "./assets/lessons/quantities.js";

const HEAD = "---\ntitle: T\nsummary: S\n---\n";
const block = (text) => parseLesson(`${HEAD}## One\n\`\`\`${text}\n\`\`\`\n`).parts[0].blocks[0];

test("a lesson has parts with texts, moments and a question", () => {
  const { title, parts } = parseLesson(`${HEAD}## One\n\nSome *text*.\n\n\`\`\`show curve\nnetwork: a\n- w | weight 1-1-1\n\`\`\`\n## Two\nMore.`);
  assert.equal(title, "T");
  assert.deepEqual(parts.map((part) => [part.title, part.text, part.shows.length, part.question]), [["One", "Some *text*.", 1, undefined], ["Two", "More.", 0, undefined]]);
  assert.deepEqual(parts[0].shows[0].items, [{ text: "w", value: "weight 1-1-1" }]);
});

test("values are JSON or text, and continue on indented lines", () => {
  const { name, fields } = block('network n\nlayerSizes: [1,\n  1]\nsettings: {"epochs": 3}\nbias: true');
  assert.deepEqual([name, fields], ["n", { layerSizes: [1, 1], settings: { epochs: 3 }, bias: true }]);
  assert.deepEqual(block("show picture\nnetwork: n\nat: 3\nlight: 1-1").fields, { network: "n", at: 3, light: "1-1" });
});

test("an error names its line and what is allowed", () => {
  const wrong = {
    "title is missing": "---\nsummary: S\n---\n## One",
    "Line 1: begin with": "# One",
    "no parts": HEAD,
    "Text before the first part": `${HEAD}Text\n## One`,
    "Line 6: unknown block “show film”. Use one of": `${HEAD}## One\n\`\`\`show film\n\`\`\``,
    "Line 6: the block does not end": `${HEAD}## One\n\`\`\`show picture\n`,
    "Line 6: the block does not end with ```.": `${HEAD}## One\n\`\`\`show picture\nnetwork: a\n\n## Two\n\`\`\`show picture\n\`\`\``,
    "Line 6: show picture needs network": `${HEAD}## One\n\`\`\`show picture\n\`\`\``,
    "Line 6: show picture has no field size. Use one of network, at": `${HEAD}## One\n\`\`\`show picture\nnetwork: a\nsize: 3\n\`\`\``,
    "Line 7: expected “name: value”": `${HEAD}## One\n\`\`\`show picture\nnetwork\n\`\`\``,
    "Line 8: this is not JSON": `${HEAD}## One\n\`\`\`network n\nsettings: {}\nlayerSizes: [1,\n\`\`\``,
    "Line 8: an item is": `${HEAD}## One\n\`\`\`show curve\nnetwork: a\n- w\n\`\`\``,
  };
  for (const [message, text] of Object.entries(wrong)) assert.throws(() => parseLesson(text), (error) => error instanceof LessonError && error.message.includes(message), message);
});

test("what a lesson names is checked when it is read", () => {
  const network = "```network n\nlayerSizes: [1, 1]\nsettings: {}\n```\n";
  const wrong = {
    "Line 10: Unknown quantity “ouput 1”": `## One\n\`\`\`do edit\nnetwork: n\nquestion: Q\nwhy: W\nsolution: {}\ncheck: ouput 1 > 0.9\n\`\`\``,
    "Line 10: “cost” is not a condition": `## One\n\`\`\`ask choice\nnetwork: n\nquestion: Q\nwhy: W\n- a | cost\n\`\`\``,
    "Line 10: “weight 1” is not a quantity": `## One\n\`\`\`show numbers\nnetwork: n\n- w | weight 1\n\`\`\``,
    "Line 10: “weight 1-1” is not a quantity": `## One\n\`\`\`do edit\nnetwork: n\nquestion: Q\nwhy: W\nsolution: {}\ncheck: output 1 > 0.9\n- w | 1-1\n\`\`\``,
    "Line 10: “rate 5” is not a setting": `## One\n\`\`\`do train\nnetwork: n\nquestion: Q\nwhy: W\nsolution: {}\ncheck: output 1 > 0.9\n- r | rate 5\n\`\`\``,
    "Line 10: Unknown values “all”": `## One\n\`\`\`show picture\nnetwork: n\nvalues: all\n\`\`\``,
    "Line 10: there is no network m. Use one of n.": `## One\n\`\`\`show picture\nnetwork: m\n\`\`\``,
  };
  for (const [message, text] of Object.entries(wrong)) assert.throws(() => readLesson(HEAD + network + text), (error) => error instanceof LessonError && error.message.includes(message), message);
});

test("numbers of the service have names", () => {
  const words = { weight: "weight 2-1-bias at start", logit: "logit 1-2 of example 3 at 4", cost: "cost on a-set at next", "validation cost": "validation cost" };
  for (const [name, text] of Object.entries(words)) assert.equal(parseQuantity(text).name, name);
  assert.deepEqual(parseQuantity("-1.5"), { value: -1.5 });
  for (const text of ["wait 1-1-1", "weight 1-1", "weight 0-1-1", "delta", "logit 1-0", "update 3", "accuracy", "cost of example 0", "weight 1-1-1 at last", "accuracy on a of example 1"])
    assert.throws(() => parseQuantity(text), LessonError, text);
  assert.equal(parseCondition("state = FAILED and cost on xor <= 0.1").length, 2);
  for (const text of ["cost", "cost 1", "cost > "]) assert.throws(() => parseCondition(text), LessonError, text);
});

test("Markdown is text in a few forms, and HTML is text", () => {
  assert.deepEqual(blocksOf("One\nline.\n\n- a\n- **b**\n  c").map(({ kind, items }) => [kind, items?.length]), [["paragraph", undefined], ["list", 2]]);
  assert.deepEqual(spansOf("a **b** *c* `d` [e](/f)"), [
    { kind: "text", text: "a " },
    { kind: "strong", text: "b" },
    { kind: "text", text: " " },
    { kind: "emphasis", text: "c" },
    { kind: "text", text: " " },
    { kind: "code", text: "d" },
    { kind: "text", text: " " },
    { kind: "link", text: "e", address: "/f" },
  ]);
  for (const text of ['<img src=x onerror="alert(1)">', "[a](javascript:alert(1))", "[a](data:text/html,x)", "[a](//evil.example)", "[a](JavaScript:x)"])
    assert.deepEqual(new Set(spansOf(text).map(({ kind }) => kind)), new Set(["text"]), text);
});
