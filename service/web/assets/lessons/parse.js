// A lesson, read from its file. docs/lessons.md describes the form; an error names the line and what is wrong with it.

// The blocks, by the words after their fence: the fields that they need, and those that they may have. Other fields of a
// network and of a training set go into the request that creates it, as they are.
const BLOCKS = {
  network: { needs: ["layerSizes", "settings"], isNamed: true, isOpen: true },
  "training-set": { needs: [], isNamed: true, isOpen: true },
  "show picture": { needs: ["network"], may: ["at", "example", "values", "light"] },
  "show curve": { needs: ["network"], may: ["scale"], hasItems: true },
  "show numbers": { needs: ["network"], may: ["at"], hasItems: true },
  "show examples": { needs: ["network"], may: ["at", "training-set"] },
  "show surface": { needs: ["network"], may: ["at", "training-set"] },
  "show batches": { needs: ["network"], may: [] },
  "ask choice": { needs: ["network", "question", "why"], may: ["at", "hint"], hasItems: true },
  "ask number": { needs: ["network", "question", "answer", "why"], may: ["at", "hint", "within"] },
  "do edit": { needs: ["network", "question", "check", "solution", "why"], may: ["from", "to", "hint", "mistake"], hasItems: true },
  "do train": { needs: ["network", "question", "check", "solution", "why"], may: ["updates", "button", "fresh", "hint", "mistake"], hasItems: true },
};

const SHOWS = /^show /;
const QUESTIONS = /^(ask|do) /;

export class LessonError extends Error {}

// { title, summary, blocks, parts: [{ title, text, blocks, shows, question }] }: `text` is Markdown, `shows` and `question`
// are those of the part's blocks. A block is { kind, name, fields, items: [{ text, value }], line }; the blocks before the
// first part belong to all parts. Throws LessonError.
export function parseLesson(source) {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const { fields, end } = frontMatter(lines);
  const parts = [];
  const shared = { text: [], blocks: [] };
  for (let at = end; at < lines.length; at += 1) {
    const part = parts.at(-1) ?? shared;
    const [, heading] = lines[at].match(/^## +(.+)$/) ?? [];
    if (heading) parts.push({ title: heading.trim(), text: [], blocks: [], line: at + 1 });
    else if (/^```/.test(lines[at])) {
      const { block, last } = blockAt(lines, at);
      part.blocks.push(block);
      at = last;
    } else part.text.push(lines[at]);
  }
  if (shared.text.some((line) => line.trim())) throw new LessonError("Text before the first part: begin a part with `## ` and its title.");
  if (!parts.length) throw new LessonError("The lesson has no parts: begin one with `## ` and its title.");
  return { ...fields, blocks: shared.blocks, parts: parts.map(partOf) };
}

function partOf({ title, text, blocks, line }) {
  const questions = blocks.filter(({ kind }) => QUESTIONS.test(kind));
  if (questions.length > 1) throw new LessonError(`Line ${questions[1].line}: a part has one question at most.`);
  return { title, text: text.join("\n").trim(), blocks, line, shows: blocks.filter(({ kind }) => SHOWS.test(kind)), question: questions[0] };
}

function frontMatter(lines) {
  const end = lines.indexOf("---", 1);
  if (lines[0] !== "---" || end < 0) throw new LessonError("Line 1: begin with title and summary between two lines `---`.");
  const fields = {};
  for (let at = 1; at < end; at += 1) Object.assign(fields, fieldOf(lines[at], at));
  for (const name of ["title", "summary"]) if (!fields[name]) throw new LessonError(`Line 1: ${name} is missing.`);
  return { fields, end: end + 1 };
}

// A field, an item, or the rest of the one before: indented lines continue it.
function blockAt(lines, start) {
  const last = lines.indexOf("```", start + 1);
  if (last < 0 || lines.slice(start + 1, last).some((line) => /^(## |```)/.test(line))) throw new LessonError(`Line ${start + 1}: the block does not end with \`\`\`.`);
  const whole = [];
  for (let at = start + 1; at < last; at += 1) {
    if (/^\s+\S/.test(lines[at]) && whole.length) whole.at(-1).text += ` ${lines[at].trim()}`;
    else if (lines[at].trim()) whole.push({ text: lines[at], at });
  }
  const block = { ...headOf(lines[start], start), fields: {}, items: [], line: start + 1 };
  for (const { text, at } of whole) {
    if (text.startsWith("- ")) block.items.push(itemOf(text.slice(2), at));
    else Object.assign(block.fields, fieldOf(text, at));
  }
  checkBlock(block);
  return { block, last };
}

function headOf(line, at) {
  const words = line.slice(3).trim().split(/\s+/);
  const named = BLOCKS[words[0]]?.isNamed;
  if (named && words.length === 2 && /^[a-z][a-z0-9-]*$/.test(words[1])) return { kind: words[0], name: words[1] };
  if (!named && BLOCKS[words.join(" ")]) return { kind: words.join(" ") };
  throw new LessonError(`Line ${at + 1}: unknown block “${words.join(" ")}”. Use one of ${Object.entries(BLOCKS).map(([kind, { isNamed }]) => (isNamed ? `${kind} NAME` : kind)).join(", ")}.`);
}

function itemOf(text, at) {
  const place = text.lastIndexOf(" | ");
  if (place < 0) throw new LessonError(`Line ${at + 1}: an item is “- text | value”.`);
  return { text: text.slice(0, place).trim(), value: text.slice(place + 3).trim() };
}

function fieldOf(line, at) {
  const [, name, text] = line.match(/^([a-zA-Z][\w-]*): *(.*)$/) ?? [];
  if (!name) throw new LessonError(`Line ${at + 1}: expected “name: value”.`);
  return { [name]: valueOf(text.trim(), at) };
}

// JSON if it looks like JSON, else text.
function valueOf(text, at) {
  if (!/^([[{"]|-?\d+(\.\d+)?(e[-+]?\d+)?$|true$|false$)/i.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LessonError(`Line ${at + 1}: this is not JSON: ${error.message}.`);
  }
}

function checkBlock({ kind, fields, items, line }) {
  const { needs, may = [], isOpen, hasItems } = BLOCKS[kind];
  for (const name of needs) if (fields[name] === undefined) throw new LessonError(`Line ${line}: ${kind} needs ${name}.`);
  const unknown = Object.keys(fields).find((name) => !isOpen && !needs.includes(name) && !may.includes(name));
  if (unknown) throw new LessonError(`Line ${line}: ${kind} has no field ${unknown}. Use one of ${[...needs, ...may].join(", ")}.`);
  if (items.length && !hasItems) throw new LessonError(`Line ${line}: ${kind} has no items.`);
}
