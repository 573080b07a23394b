// The list of lessons, with the progress in each.
import { useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";
import { go } from "../shared/place.js";
import { searchOf } from "../shared/address.js";
import { removeAll } from "./copies.js";
import { forget, solved } from "./progress.js";

export function List({ lessons, problem }) {
  const [done, setDone] = useState(solved);
  return html`
    <section class="lessons" aria-labelledby="lessons-title">
      <h2 id="lessons-title">Lessons</h2>
      <p>Learn how a neural network learns, one number at a time. Every number is computed by this server, on networks of your own.</p>
      ${problem && html`<p class="wrong" role="alert">${problem} Choose one of these.</p>`}
      <${Entries} lessons=${lessons} done=${done} />
      <${Remove} onRemoved=${() => setDone(solved())} />
    </section>
  `;
}

// `done` are the solved parts by the ids of lessons.
export const Entries = ({ lessons, done }) => html`
  <ol class="lesson-list">
    ${lessons.map((lesson, index) => html`<${Entry} key=${lesson.id} lesson=${lesson} number=${index + 1} done=${done[lesson.id] ?? []} />`)}
  </ol>
`;

// A link to the part after the last one that is solved.
function Entry({ lesson, number, done }) {
  const { id, title, summary, parts, problem } = lesson;
  const open = parts.findIndex((_, part) => !done.includes(part));
  const to = { mode: "lessons", lesson: id, part: done.length && open > 0 ? open : undefined };
  return html`
    <li>
      <a class="panel lesson-entry" href=${searchOf(to)} onClick=${(event) => (event.preventDefault(), go(to))}>
        <span class="number" aria-hidden="true">${number}</span>
        <strong>${title}</strong>
        ${problem ? html`<span class="wrong">${problem}</span>` : html`<span class="small soft">${summary}</span>`}
        <span class="small progress"><progress max=${parts.length || 1} value=${done.length} aria-label=${`Solved parts of ${title}`}></progress>${done.length} of ${parts.length}</span>
      </a>
    </li>
  `;
}

function Remove({ onRemoved }) {
  const [isAsking, setAsking] = useState(false);
  const removed = async () => {
    setAsking(false);
    const count = await removeAll();
    forget();
    onRemoved();
    notify(`${count} ${count === 1 ? "network was" : "networks were"} deleted, and your progress.`);
  };
  return html`
    <p class="small soft">
      Lessons create small networks and training sets whose names begin with lesson-. Your progress is kept in this browser.${" "}
      ${isAsking
        ? html`Delete the lessons' networks of everyone on this server, and your progress?${" "}
            <button class="link small" onClick=${() => removed().catch(notify)}>Delete</button>${" "}<button class="link small" onClick=${() => setAsking(false)}>Keep</button>`
        : html`<button class="link small" onClick=${() => setAsking(true)}>Delete them…</button>`}
    </p>
  `;
}
