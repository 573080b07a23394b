// Why one weight changed: the chain rule in symbols and numbers, example by example.
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { parameterOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { parameterName, parameterSymbol } from "../shared/unit_names.js";
import { CostProfile } from "./cost_profile.js";
import { Lines, OfExamples } from "./explained_lines.js";
import { Loading } from "../shared/loading.js";
import { explain } from "./explaining.js";
import { Guess, useGuess } from "./guess.js";

const FEW = 8; // a batch with more examples is explained in parts
const FIRST = 4; // examples of the first part; the others on demand

export function WeightPanel({ opened, weight, pointed, setPointed, setSecret }) {
  const { network, update, trace } = opened;
  const parameter = parameterOf(weight);
  const { answer: explanation } = useAnswer(
    `${update} ${weight}`,
    (signal) => explain(network, update, { ...parameter, positionCount: trace.exampleCount > FEW ? FIRST : 0 }, signal),
    { isUrgent: true },
  );
  const guess = useGuess(update);
  useEffect(() => {
    setSecret(guess.isAwaited ? weight : null);
    return () => setSecret(null);
  }, [guess.isAwaited, weight]);
  return html`
    <section class="weight-panel" aria-label="The selected weight">
      <header>
        <h2>${parameterName(network, parameter)} <span class="soft">${parameterSymbol(parameter)}</span></h2>
        <button onClick=${() => go({ weight: undefined })}>Back to the phase</button>
      </header>
      ${explanation ? html`<${Explanation} key=${explanation.update} ...${{ network, explanation, guess, pointed, setPointed }} />` : html`<${Loading} what="the chain rule" />`}
    </section>
  `;
}

// The service writes the minus of a number as a hyphen.
const withMinus = (text) => text.replace(/(?<![\w-])-(?=\d)/g, "−").replace(/(?<=\de[+-])0+(?=\d)/g, "");

function Explanation({ network, explanation, guess, pointed, setPointed }) {
  const { update, sentences, before, after, step } = explanation;
  const { pages, more } = usePages(network, explanation);
  const tools = { network, pointed, setPointed };
  const left = explanation.exampleCount - pages.reduce((sum, page) => sum + page.positionCount, 0);
  return html`
    <${Guess} ...${{ guess, step }} />
    <div class="from-to">
      <span><span class="soft small">Before</span><br /><${Num} value=${before} name="before" /></span>
      <span aria-hidden="true">→</span>
      ${guess.isAwaited
        ? html`<span class="guess" role="group" aria-label="Will this weight go up or down?">
            <button onClick=${() => guess.choose("up")}>▲ Up</button> <button onClick=${() => guess.choose("down")}>▼ Down</button>
          </span>`
        : html`<span><span class="soft small">After update ${whole(update)}</span><br /><${Num} value=${after} name="after" /></span>`}
    </div>
    ${guess.isAwaited
      ? html`<p class="soft">Will this weight go up or down? Look at the network, then choose.</p>`
      : html`
          <div class="sentences">${sentences.map((text) => html`<p key=${text}>${withMinus(text)}</p>`)}</div>
          ${explanation.profile && html`<${CostProfile} profile=${explanation.profile} before=${before} after=${after} isBias=${explanation.input === undefined} />`}
          <h3>The chain rule, line by line</h3>
          ${pages.map((page) => html`<${OfExamples} key=${page.firstPosition} explanation=${page} ...${tools} />`)}
          ${left > 0 && html`<button class="more" onClick=${more}>Show ${left} more ${left > 1 ? "examples" : "example"}</button>`}
          <h4>The batch</h4>
          <${Lines} explanation=${explanation} position=${undefined} ...${tools} />
        `}
  `;
}

// The explanation, and the parts of it with further examples that were requested.
function usePages(network, explanation) {
  const [further, setFurther] = useState([]);
  const [wanted, setWanted] = useState(null);
  const pages = [explanation, ...further];
  const { update, layer, unit, input } = explanation;
  useAnswer(wanted, async (signal) => {
    const page = await explain(network, update, { layer, unit, input, firstPosition: wanted }, signal);
    setFurther((was) => [...was, page]);
  });
  return { pages, more: () => setWanted(pages.at(-1).nextPosition) };
}
