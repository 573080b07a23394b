// Why one weight changed: the chain rule for it, in symbols and in numbers, example by example.
import { useState } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { get } from "../shared/api.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number.js";
import { about, exact, signed } from "../shared/numbers.js";
import { parameterOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { parameterName, parameterSymbol } from "../shared/unit_names.js";
import { CostProfile } from "./cost_profile.js";
import { readable } from "./readable_maths.js";
import { pointedBy } from "./sources.js";

export function WeightPanel({ opened, weight, pointed, setPointed }) {
  const { network, update, trace } = opened;
  const parameter = parameterOf(weight);
  const { answer: explanation } = useAnswer(
    `${update} ${weight}`,
    async (signal) => {
      if (!trace) return { none: true };
      const path = `networks/${network.network}/updates/${update}:explain`;
      return (await get(path, parameter, signal)).explanation;
    },
    { isUrgent: true },
  );
  return html`
    <section class="weight-panel" aria-label="The selected weight">
      <header>
        <h2>${parameterName(network, parameter)} <span class="soft">${parameterSymbol(parameter)}</span></h2>
        <button onClick=${() => go({ weight: undefined })}>Back to this moment</button>
      </header>
      ${explanation?.none && html`<p>No batch made this update, so there is nothing to explain.</p>`}
      ${explanation?.lines && html`<${Explanation} ...${{ network, explanation, pointed, setPointed }} />`}
    </section>
  `;
}

function Explanation({ network, explanation, pointed, setPointed }) {
  const { update, lines, sentences, before, after, step, gradient, exampleCount } = explanation;
  const [isGame, setGame] = useState(localStorage.getItem("predict") === "yes");
  const [guess, setGuess] = useState(null); // { update, way }
  const guessed = guess?.update === update ? guess.way : undefined;
  const isHidden = isGame && !guessed;
  const toggle = (on) => {
    localStorage.setItem("predict", on ? "yes" : "no");
    setGame(on);
    setGuess(null);
  };
  const tools = { network, lines, pointed, setPointed };
  const ofBatch = lines.filter((line) => line.position === undefined);
  const examples = Map.groupBy(
    lines.filter((line) => line.position !== undefined),
    (line) => line.position,
  );
  return html`
    <label class="game"><input type="checkbox" checked=${isGame} onChange=${(event) => toggle(event.target.checked)} /> Predict, then reveal</label>
    <div class="from-to">
      <span><span class="soft small">before</span><br /><${Num} value=${before} name="before" /></span>
      <span aria-hidden="true">→</span>
      ${isHidden
        ? html`<span class="guess" role="group" aria-label="Which way will it go?">
            ${["up", "down"].map((way) => html`<button key=${way} onClick=${() => setGuess({ update, way })}>${way === "up" ? "▲ up" : "▼ down"}</button>`)}
          </span>`
        : html`<span><span class="soft small">after update ${update}</span><br /><${Num} value=${after} name="after" /></span>`}
    </div>
    ${guessed && html`<p class="revealed" role="status">You said ${guessed}.</p>`}
    ${isHidden
      ? html`<p class="soft">Which way will this weight go? Look at the network, then choose.</p>`
      : html`
          <div class="sentences">${sentences.map((text) => html`<p key=${text}>${text}</p>`)}</div>
          ${explanation.profile && html`<${CostProfile} profile=${explanation.profile} before=${before} after=${after} />`}
          <h3>The chain rule, line by line</h3>
          ${[...examples].map(
            ([position, of]) => html`<${Example} key=${position} ...${{ position, of, tools, isOpen: position === 0, number: Number(explanation.examples[position - explanation.firstPosition]) + 1 }} />`,
          )}
          ${exampleCount > examples.size && html`<p class="soft">${exampleCount - examples.size} more examples are in the sum.</p>`}
          <h4>The batch</h4>
          ${ofBatch.map((line, index) => html`<${Line} key=${index} line=${line} ...${tools} />`)}
        `}
  `;
}

// An example's lines; closed, its own gradient alone.
function Example({ position, of, tools, isOpen, number }) {
  const own = of.findLast((line) => line.symbol.startsWith("∂C") && /∂[wb]/.test(line.symbol));
  return html`
    <details open=${isOpen} class="example">
      <summary>
        ${position + 1}. <span class="soft">example ${number}</span>${" "}
        ${own && html`<span class="num" data-exact=${exact(own.value)} title=${exact(own.value)}>${own.symbol} ${about(own.value).startsWith("≈") ? "" : "= "}${about(own.value)}</span>`}
      </summary>
      ${of.map((line, index) => html`<${Line} key=${index} line=${line} ...${tools} />`)}
    </details>
  `;
}

// A line, and its operands: each shows in the picture where it comes from.
function Line({ line, network, lines, pointed, setPointed }) {
  const point = (sources) => ({
    onMouseEnter: () => setPointed(pointedBy(network, lines, sources)),
    onMouseLeave: () => setPointed(null),
    onFocus: () => setPointed(pointedBy(network, lines, sources)),
    onBlur: () => setPointed(null),
  });
  const isPointed = ({ source }) => {
    const by = pointedBy(network, [], [source]);
    return [...by.weights].some((key) => pointed?.weights.has(key)) || [...by.units].some((id) => pointed?.units.has(id));
  };
  return html`
    <div class="explained" data-symbol=${line.symbol} data-exact=${exact(line.value)}>
      <div class="formula" role="group" tabindex="0" title=${line.text} aria-label=${line.text} dangerouslySetInnerHTML=${{ __html: readable(line) }} ...${point(line.operands.map(({ source }) => source))}></div>
      <div class="operands">
        ${line.operands
          .filter(({ source }) => source.kind !== "SOURCE_KIND_CONSTANT")
          .map(
            (operand, index) => html`<span key=${index} class=${`operand ${isPointed(operand) ? "pointed" : ""}`} tabindex="0" title=${exact(operand.value)} ...${point([operand.source])}>${operand.symbol}<span class="unseen"> = ${signed(operand.value)}</span></span>`,
          )}
      </div>
    </div>
  `;
}
