// A part of a lesson: what it shows, and its question.
import { useState } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { sentence } from "../shared/sentence.js";
import { openCopy } from "./copies.js";
import { factsOf } from "./facts.js";
import { MomentView } from "./moment_view.js";
import { loadMoment } from "./moments.js";
import { Question } from "./question.js";

export function Part({ lesson, part, learner, isSolved, onSolved }) {
  const [version, setVersion] = useState(0); // of the network, which the learner changes
  const [problem, setProblem] = useState(null);
  const refused = (error) => setProblem(sentence(error.message));
  const open = (name) => openCopy({ lesson, part, name, learner });
  const { answer: moments } = useAnswer(version, () => load(lesson, part, open), { isUrgent: true, refused });
  const { answer: copy } = useAnswer("question", async () => part.question && open(part.question.fields.network), { isUrgent: true, refused });
  return html`
    <div class="lesson-moments" aria-busy=${!moments}>
      ${problem && html`<p class="wrong" role="alert">${problem}</p>`}
      ${!moments && !problem && html`<p class="soft">Loading…</p>`}
      ${moments?.map(({ block, data, copy: of }, index) => html`<${MomentView} key=${index} ...${{ block, data, copy: of }} />`)}
    </div>
    ${part.question && copy && html`<${Question} ...${{ block: part.question, copy, isSolved, onSolved, onChanged: () => setVersion((before) => before + 1) }} />`}
  `;
}

// [{ block, data, copy }]: moments of one network at one update share what is known of it.
async function load(lesson, part, open) {
  const facts = new Map();
  return Promise.all(
    part.shows.map(async (block) => {
      const copy = await open(block.fields.network);
      const key = `${copy.id} ${block.fields.at}`;
      if (!facts.has(key)) facts.set(key, factsOf(copy, block.fields.at));
      return { block, copy, data: await loadMoment(block, facts.get(key), lesson, part) };
    }),
  );
}
