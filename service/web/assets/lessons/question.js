// The question of a part: a choice, a number, or something to do. The service decides whether it is answered.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";
import { exact, short } from "../shared/number_format.js";
import { isNear, rightChoice, rightNumber } from "./answering.js";
import { DoEdit, DoTrain } from "./doing.js";
import { factsOf } from "./facts.js";
import { Line } from "./text.js";

const FORMS = { "ask choice": Choice, "ask number": NumberForm, "do edit": DoEdit, "do train": DoTrain };

// `feedback` is null, or { isRight, text }.
export function Question({ block, copy, isSolved, onSolved, onChanged }) {
  const [feedback, setFeedback] = useState(null);
  const answered = useRef(null);
  const Form = FORMS[block.kind];
  const judge = (isRight, text) => {
    setFeedback({ isRight, text: text ?? (isRight ? block.fields.why : (block.fields.hint ?? "Look at the numbers again.")) });
    if (isRight) onSolved();
  };
  useEffect(() => feedback && answered.current.scrollIntoView({ block: "nearest" }), [feedback]);
  return html`
    <section class=${`panel question ${feedback ? (feedback.isRight ? "right" : "not-yet") : ""}`} aria-label="Question">
      <p class="asked"><${Line} text=${block.fields.question} />${isSolved && !feedback && html`${" "}<span class="small soft">✓ solved</span>`}</p>
      <${Form} ...${{ block, copy, judge, feedback, onChanged }} />
      <p class="feedback" role="status" ref=${answered}>
        ${feedback && html`<strong>${feedback.isRight ? "✓ Right." : "Not yet."}</strong>${" "}<${Line} text=${feedback.text} />`}
      </p>
    </section>
  `;
}

function Choice({ block, copy, judge, feedback }) {
  const [chosen, setChosen] = useState(null);
  const choose = async (item) => {
    setChosen(item);
    const right = await rightChoice(block, factsOf(copy, block.fields.at));
    judge(right.includes(item));
  };
  return html`
    <div class="choices" role="group" aria-label="Answers">
      ${block.items.map(
        (item) => html`<button key=${item.text} aria-pressed=${chosen === item} disabled=${feedback?.isRight && chosen !== item} onClick=${() => choose(item).catch(notify)}><${Line} text=${item.text} /></button>`,
      )}
    </div>
  `;
}

function NumberForm({ block, copy, judge, feedback }) {
  const [text, setText] = useState("");
  const number = () => rightNumber(block, factsOf(copy, block.fields.at));
  const check = async (event) => {
    event.preventDefault();
    judge(isNear(text, await number(), block.fields.within));
  };
  const reveal = async () => {
    const value = await number();
    setText(short(value).replace("−", "-"));
    judge(false, `The answer is ${short(value)}${exact(value) === short(value) ? "" : ", rounded"}. Check it with the numbers above.`);
  };
  return html`
    <form class="actions" onSubmit=${(event) => check(event).catch(notify)} novalidate>
      <input aria-label="Your answer" inputmode="text" autocomplete="off" size="10" value=${text} onInput=${(event) => setText(event.target.value)} />
      <button class="main" disabled=${!text.trim()}>Check</button>
      ${feedback && !feedback.isRight && html`<button type="button" class="link small" onClick=${() => reveal().catch(notify)}>Show the answer</button>`}
    </form>
  `;
}
