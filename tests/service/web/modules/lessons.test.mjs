// Each lesson does what it says, with the numbers of a real service: its networks are made, its moments are loaded, and
// its questions can be answered right and wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { edit, restore, train } from "./assets/lessons/actions.js";
import { fieldsOf, isDone, isNear, rightChoice, rightNumber, weightsOf } from "./assets/lessons/answering.js";
import { readLesson } from "./assets/lessons/checks.js";
import { openCopy } from "./assets/lessons/copies.js";
import { factsOf } from "./assets/lessons/facts.js";
import { loadMoment } from "./assets/lessons/moments.js";

const { server, lessons } = JSON.parse(readFileSync("data.json", "utf8"));
const overNetwork = globalThis.fetch;
globalThis.fetch = (address, init) => overNetwork(server + address, init);
globalThis.sessionStorage = { getItem: () => null };

const CHECKS = {
  // One answer is right, and the others are wrong.
  async "ask choice"(block, copy) {
    assert.equal((await rightChoice(block, factsOf(copy, block.fields.at))).length, 1, "one answer is right");
    assert.ok(block.items.length > 1);
  },
  async "ask number"(block, copy) {
    const number = await rightNumber(block, factsOf(copy, block.fields.at));
    assert.ok(Number.isFinite(number), `${number} is a number`);
    assert.ok(isNear(String(Number(number.toPrecision(4))), number, block.fields.within), "four digits are enough");
    assert.ok(!isNear(String(number + 1), number, block.fields.within));
  },
  async "do edit"(block, copy) {
    const keys = weightsOf(block).map(({ key }) => key);
    await tried(block, copy, (values) => {
      assert.ok(Object.keys(values).every((key) => keys.includes(key)), "only weights with a slider move");
      return edit(copy, values);
    });
  },
  async "do train"(block, copy) {
    const { updates, fresh: isFresh = updates === undefined } = block.fields;
    const known = fieldsOf(block).map(({ path }) => path);
    await tried(block, copy, async ({ times = 1, ...changes }) => {
      assert.ok(Object.keys(changes).every((path) => known.includes(path)), "only settings with a field change");
      for (let time = 0; time < times; time += 1) await train(copy, { changes, updates, isFresh });
    });
  },
};

// The question is open, also after a mistake, until it is solved; starting again opens it again.
async function tried(block, copy, act) {
  const { solution, mistake } = block.fields;
  const done = () => isDone(block, factsOf(copy));
  await restore(copy);
  assert.ok(!(await done()), "not yet answered");
  if (mistake) {
    await act(mistake);
    assert.ok(!(await done()), "the mistake is not an answer");
    await restore(copy);
  }
  await act(solution);
  assert.ok(await done(), "the solution is an answer");
  await restore(copy);
  assert.ok(!(await done()), "starting again opens the question");
}

for (const { id, text } of lessons) {
  const lesson = { id, ...readLesson(text) };
  for (const [index, part] of lesson.parts.entries()) {
    test(`${id}, part ${index + 1}: ${part.title}`, async () => {
      const open = (name) => openCopy({ lesson, part, name, learner: "abcde" });
      for (const block of part.shows) {
        const copy = await open(block.fields.network);
        assert.ok(await loadMoment(block, factsOf(copy, block.fields.at), lesson, part));
      }
      const { question } = part;
      if (question) await CHECKS[question.kind](question, await open(question.fields.network));
    });
  }
}
