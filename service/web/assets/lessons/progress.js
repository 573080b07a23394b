// What this browser knows of its learner: a code that is in the ids of the learner's networks, so that people who share
// a server do not disturb each other, and which parts are solved.

const CODE = "learner";
const SOLVED = "lessons";
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // none that looks like another

// Null until the learner starts a lesson: opening the page changes nothing on the server.
export const learner = () => localStorage.getItem(CODE);

export function startLearning() {
  const numbers = crypto.getRandomValues(new Uint8Array(5));
  localStorage.setItem(CODE, [...numbers].map((each) => LETTERS[each % LETTERS.length]).join(""));
}

// { lesson: [numbers of parts] }
export function solved() {
  try {
    return JSON.parse(localStorage.getItem(SOLVED)) ?? {};
  } catch {
    return {};
  }
}

export function solve(lesson, part) {
  const all = solved();
  all[lesson] = [...new Set([...(all[lesson] ?? []), part])].sort((one, other) => one - other);
  localStorage.setItem(SOLVED, JSON.stringify(all));
}

// Forgets the progress, and the networks: the next start makes new ones.
export function forget() {
  localStorage.removeItem(SOLVED);
  localStorage.removeItem(CODE);
}
