// Lessons: a list of them, or one of them.
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { readLesson } from "./checks.js";
import { Lesson } from "./lesson.js";
import { List } from "./list.js";
import { LessonError } from "./parse.js";

export function Lessons({ place }) {
  const lessons = useLessons();
  if (!lessons) return html`<div class="lessons"></div>`;
  const index = lessons.findIndex(({ id }) => id === place.lesson);
  if (place.lesson && index < 0) return html`<${List} lessons=${lessons} problem=${`This server has no lesson ${place.lesson}.`} />`;
  if (index < 0) return html`<${List} lessons=${lessons} />`;
  return html`<${Lesson} key=${place.lesson} lesson=${lessons[index]} number=${index + 1} following=${lessons[index + 1]} place=${place} />`;
}

// All lessons once they are here.
export const useLessons = () => useAnswer("lessons", loadLessons).answer;

// All lessons of the server in their order: { id, title, summary, parts, … }, or { id, title, problem } if a file has an error.
async function loadLessons() {
  const response = await fetch("/web/lessons.json");
  const { lessons } = await response.json();
  return lessons.map(({ lesson: id, text }) => ({ id, ...read(text, id) }));
}

function read(text, id) {
  try {
    return readLesson(text);
  } catch (error) {
    if (error instanceof LessonError) return { title: id, summary: "", parts: [], problem: error.message };
    throw error;
  }
}
