// Questions that are answered by doing: weights are moved, or the network is trained.
import { useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";
import { numberOrText, readNumber } from "../shared/number_input.js";
import { sentence } from "../shared/sentence.js";
import { useAnswer } from "../shared/answers.js";
import { edit, restore, train } from "./actions.js";
import { fieldsOf, isDone, weightsOf } from "./answering.js";
import { factsOf } from "./facts.js";
import { readQuantity } from "./quantities.js";

// Carries out one action at a time, and of those that come meanwhile the last; then looks whether the question is answered.
function useDoing({ block, copy, judge, onChanged }) {
  const [isBusy, setBusy] = useState(false);
  const waiting = useRef(null);
  const isWorking = useRef(false);
  const act = async (work, { isSilent = false } = {}) => {
    waiting.current = { work, isSilent };
    if (isWorking.current) return;
    isWorking.current = true;
    setBusy(true);
    while (waiting.current) {
      const { work: next, isSilent: silent } = waiting.current;
      waiting.current = null;
      await attempt(next, silent);
    }
    isWorking.current = false;
    setBusy(false);
  };
  const attempt = async (work, isSilent) => {
    try {
      await work();
      onChanged();
      const isRight = await isDone(block, factsOf(copy));
      if (isRight || !isSilent) judge(isRight);
    } catch (error) {
      if (error.violations?.length) judge(false, error.violations.map(({ field, description }) => sentence(`${field}: ${description}`)).join(" "));
      else notify(error);
    }
  };
  return { isBusy, act };
}

const DIGITS = 2;

export function DoEdit({ block, copy, judge, feedback, onChanged }) {
  const { from = -6, to = 6, solution } = block.fields;
  const weights = weightsOf(block);
  const { act } = useDoing({ block, copy, judge, onChanged });
  const [typed, setTyped] = useState({});
  const { answer: values } = useAnswer(copy.id, () => valuesOf(weights, copy), { isUrgent: true });
  const shown = { ...values, ...typed };
  const move = (key, value, isSilent) => {
    setTyped({ ...typed, [key]: value });
    if (Number.isFinite(value)) act(() => edit(copy, { [key]: value }), { isSilent });
  };
  const solve = () => {
    setTyped(solution);
    act(() => edit(copy, solution));
  };
  const again = () => {
    setTyped({});
    act(() => restore(copy), { isSilent: true });
  };
  return html`
    <div class="sliders">
      ${weights.map(
        ({ name, key }) => html`
          <label key=${key}
            ><span>${name}</span>
            <input type="range" min=${from} max=${to} step="0.05" value=${shown[key] ?? 0} disabled=${!values} onInput=${(event) => move(key, Number(event.target.value), true)} onChange=${(event) => move(key, Number(event.target.value), false)} />
            <output class="num">${shown[key] === undefined ? "" : shown[key].toFixed(DIGITS).replace("-", "−")}</output></label
          >
        `,
      )}
    </div>
    <${Again} ...${{ feedback, again, solve }} />
  `;
}

async function valuesOf(weights, copy) {
  const facts = factsOf(copy);
  return Object.fromEntries(await Promise.all(weights.map(async ({ key }) => [key, await readQuantity({ name: "weight", key }, facts)])));
}

export function DoTrain({ block, copy, judge, feedback, onChanged }) {
  const { updates, fresh = updates === undefined, solution, button = updates === undefined ? "Train" : "One update" } = block.fields;
  const fields = fieldsOf(block);
  const { act, isBusy } = useDoing({ block, copy, judge, onChanged });
  const [typed, setTyped] = useState(() => Object.fromEntries(fields.map(({ path, value }) => [path, value])));
  const run = (values) => () => train(copy, { changes: changesOf(values), updates, isFresh: fresh });
  const solve = () => {
    const { times = 1, ...values } = solution;
    setTyped({ ...typed, ...Object.fromEntries(Object.entries(values).map(([path, value]) => [path, String(value)])) });
    act(async () => {
      await restore(copy);
      for (let time = 0; time < times; time += 1) await run(values)();
    });
  };
  return html`
    <form class="actions" onSubmit=${(event) => (event.preventDefault(), act(run(typed)))} novalidate>
      ${fields.map((field) => html`<${Field} key=${field.path} field=${field} value=${typed[field.path]} onType=${(value) => setTyped({ ...typed, [field.path]: value })} />`)}
      <button class="main" disabled=${isBusy}>${button}</button>
    </form>
    <${Again} ...${{ feedback, solve, again: () => act(() => restore(copy), { isSilent: true }) }} />
  `;
}

const Field = ({ field: { name, choices }, value, onType }) => html`
  <label class="small"
    ><span>${name}</span>
    ${choices
      ? html`<select value=${value} onChange=${(event) => onType(event.target.value)}>${choices.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select>`
      : html`<input inputmode="text" autocomplete="off" size="8" value=${value} onInput=${(event) => onType(event.target.value)} />`}
  </label>
`;

const changesOf = (values) => Object.fromEntries(Object.entries(values).map(([path, value]) => [path, Number.isFinite(readNumber(String(value))) ? numberOrText(String(value)) : value]));

const Again = ({ feedback, again, solve }) => html`
  <p class="actions small">
    <button type="button" class="link small" onClick=${again}>Start again</button>
    ${feedback && !feedback.isRight && html`<button type="button" class="link small" onClick=${solve}>Show me</button>`}
  </p>
`;
