// One lesson: its parts, one at a time.
import { useEffect, useRef, useState } from "preact/hooks";
import { searchOf } from "../shared/address.js";
import { html } from "../shared/html.js";
import { go } from "../shared/place.js";
import { isEmbedded } from "../shared/presenting.js";
import { Part } from "./part.js";
import { learner, solve, solved, startLearning } from "./progress.js";
import { Text } from "./text.js";

export function Lesson({ lesson, number, following, place }) {
  const [who, setWho] = useState(learner);
  const [done, setDone] = useState(() => solved()[lesson.id] ?? []);
  const title = useRef(null);
  const at = Math.min(place.part ?? 0, lesson.parts.length - 1);
  const part = lesson.parts[at];
  const isFirst = useRef(true);
  // A part begins at its top; a screen reader continues at its title.
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      title.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [at]);
  const onSolved = () => {
    solve(lesson.id, at);
    setDone(solved()[lesson.id]);
  };
  if (lesson.problem) return html`<section class="lessons"><h2>${lesson.title}</h2><p class="wrong" role="alert">${lesson.problem}</p></section>`;
  const begin = () => (startLearning(), setWho(learner()));
  return html`
    <section class="lessons lesson" aria-labelledby="part-title">
      <header>
        <p class="small soft"><${To} to=${{ lesson: undefined, part: undefined }}>Lessons</${To}> › Lesson ${number}: ${lesson.title}</p>
        <${PartLinks} lesson=${lesson} at=${at} done=${done} />
      </header>
      <div class="lesson-text">
        <h2 id="part-title" tabindex="-1" ref=${title}>${part.title}</h2>
        <${Text} text=${part.text} />
      </div>
      ${who && !isEmbedded()
        ? html`<${Part} key=${`${at} ${who}`} ...${{ lesson, part, learner: who, onSolved, isSolved: done.includes(at) }} />`
        : html`<${Begin} onBegin=${begin} />`}
      <${Onward} ...${{ lesson, at, following, isSolved: done.includes(at) || !part.question, onSolved: part.question ? () => {} : onSolved }} />
    </section>
  `;
}

const Begin = ({ onBegin }) => html`
  <div class="panel lesson-begin">
    <p>This lesson is done with networks of your own. They are small, and their names begin with lesson-.</p>
    ${isEmbedded() ? html`<p>Open it in a window to begin.</p>` : html`<button class="main" onClick=${onBegin}>Create my networks and begin</button>`}
  </div>
`;

const To = ({ to, children, ...others }) => {
  const place = { mode: "lessons", ...to };
  return html`<a href=${searchOf(place)} onClick=${(event) => (event.preventDefault(), go(place))} ...${others}>${children}</a>`;
};

const PartLinks = ({ lesson, at, done }) => html`
  <nav class="part-links" aria-label="Parts of the lesson">
    ${lesson.parts.map(
      ({ title }, part) => html`
        <${To}
          key=${part}
          to=${{ lesson: lesson.id, part }}
          class=${done.includes(part) ? "solved" : ""}
          aria-current=${part === at ? "step" : undefined}
          aria-label=${`Part ${part + 1}: ${title}${done.includes(part) ? ", solved" : ""}`}
          title=${title}
          >${part + 1}</${To}
        >
      `,
    )}
  </nav>
`;

// To the part before, and to the next one or the next lesson.
function Onward({ lesson, at, following, isSolved, onSolved }) {
  const isLast = at === lesson.parts.length - 1;
  const onward = isLast ? following && { lesson: following.id, part: undefined } : { lesson: lesson.id, part: at + 1 };
  const step = (to) => go({ mode: "lessons", ...to });
  return html`
    <footer class="onward">
      ${at > 0 && html`<button onClick=${() => step({ lesson: lesson.id, part: at - 1 })}>Back</button>`}
      <span class="small soft">Part ${at + 1} of ${lesson.parts.length}</span>
      <span class="spring"></span>
      ${onward
        ? html`<button class=${isSolved ? "main" : ""} onClick=${() => (onSolved(), step(onward))}>${isLast ? html`Next lesson<span class="following">: ${following.title}</span>` : "Next"}</button>`
        : html`<button class="main" onClick=${() => (onSolved(), step({ lesson: undefined, part: undefined }))}>Finish</button>`}
    </footer>
  `;
}
