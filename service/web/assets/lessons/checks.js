// What a lesson names is checked when it is read, so that its author sees a mistake in the list and not in the class.
import { parseCondition } from "./conditions.js";
import { LessonError, parseLesson } from "./parse.js";
import { parseQuantity } from "./quantities.js";

const ofItems = (parse) => ({ items }) => items.forEach(({ value }) => parse(value));
const ofField = (name, parse) => ({ fields }) => parse(String(fields[name]));

// How the numbers that a block names are read.
const CHECKS = {
  "show curve": ofItems(parseQuantity),
  "show numbers": ofItems(parseQuantity),
  "ask choice": ofItems(parseCondition),
  "ask number": ofField("answer", parseQuantity),
  "do edit": ofField("check", parseCondition),
  "do train": ofField("check", parseCondition),
};

// A lesson from its file, as parseLesson returns it. Throws LessonError, with the line of the block.
export function readLesson(source) {
  const lesson = parseLesson(source);
  for (const part of lesson.parts) {
    const networks = [...lesson.blocks, ...part.blocks].filter(({ kind }) => kind === "network").map(({ name }) => name);
    for (const block of part.blocks) checkBlock(block, networks);
  }
  return lesson;
}

function checkBlock(block, networks) {
  const { kind, fields, line } = block;
  if (fields.network !== undefined && !networks.includes(fields.network))
    throw new LessonError(`Line ${line}: there is no network ${fields.network}. ${networks.length ? `Use one of ${networks.join(", ")}` : "Begin with a block “network NAME”"}.`);
  try {
    CHECKS[kind]?.(block);
  } catch (error) {
    throw error instanceof LessonError ? new LessonError(`Line ${line}: ${error.message}`) : error;
  }
}
