// What a lesson names is checked when it is read, so that its author sees a mistake in the list and not in the class.
import { parseCondition } from "./conditions.js";
import { LessonError, parseLesson } from "./parse.js";
import { parseQuantity } from "./quantities.js";

const ofItems = (parse) => ({ items }) => items.forEach(({ value }) => parse(value));
const ofField = (name, parse) => ({ fields }) => parse(String(fields[name]));

const ofAll = (...checks) => (block) => checks.forEach((check) => check(block));

const parseWeight = (text) => parseQuantity(`weight ${text}`);

function parseSetting(text) {
  if (!/^[a-zA-Z][\w.]* *= *\S/.test(text)) throw new LessonError(`“${text}” is not a setting: write “learningRate = 0.5”, or “learningRate = 0.5, 5” for a menu.`);
}

function checkValues({ fields: { values = "forward" } }) {
  if (!/^(inputs|layer [1-9]\d*|forward|cost|backward)$/.test(values)) throw new LessonError(`Unknown values “${values}”. Use one of inputs, layer NUMBER, forward, cost, backward.`);
}

// How what a block names is read.
const CHECKS = {
  "show picture": checkValues,
  "show curve": ofItems(parseQuantity),
  "show numbers": ofItems(parseQuantity),
  "ask choice": ofItems(parseCondition),
  "ask number": ofField("answer", parseQuantity),
  "do edit": ofAll(ofField("check", parseCondition), ofItems(parseWeight)),
  "do train": ofAll(ofField("check", parseCondition), ofItems(parseSetting)),
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
