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
  const { answer } = useAnswer(version, () => load(lesson, part, learner), { isUrgent: true, refused });
  const copy = answer?.copy;
  return html`
    <div class="lesson-moments" aria-busy=${!answer}>
      ${problem && html`<p class="wrong" role="alert">${problem}</p>`}
      ${answer?.moments.map(({ block, data, copy: of }, index) => html`<${MomentView} key=${index} ...${{ block, data, copy: of }} />`)}
    </div>
    ${part.question && copy && html`<${Question} ...${{ block: part.question, copy, isSolved, onSolved, onChanged: () => setVersion((before) => before + 1) }} />`}
  `;
}

// { copy: the network of the question, moments: [{ block, data, copy }] }
async function load(lesson, part, learner) {
  const open = (name) => openCopy({ lesson, part, name, learner });
  const facts = new Map(); // moments of one network at one update share what is known of it
  const moments = await Promise.all(
    part.shows.map(async (block) => {
      const copy = await open(block.fields.network);
      const key = `${copy.id} ${block.fields.at}`;
      if (!facts.has(key)) facts.set(key, factsOf(copy, block.fields.at));
      return { block, copy, data: await loadMoment(block, facts.get(key), lesson, part) };
    }),
  );
  return { copy: part.question && (await open(part.question.fields.network)), moments };
}
