// The current phase: a sentence, its equations, the lines of the loops, and the arrays G.
import { useEffect, useRef } from "preact/hooks";
import { isReadable } from "../picture/still.js";
import { Held } from "../shared/held.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { relation } from "../shared/number_format.js";
import { keyAt } from "../shared/parameters.js";
import { inNumbers, kindIn, parameterOf, settingsIn, SYMBOLS } from "./equations.js";
import { useFitting } from "./fitting.js";
import { GradientArrays } from "./gradient_arrays.js";
import { Maths } from "./maths.js";
import { momentAt } from "./moment.js";
import { Sentence } from "./term.js";
import { isLong } from "./optimizer_equations.js";
import { PHASE_SENTENCES, phaseName } from "./phases.js";
import { UnitTable } from "./unit_table.js";

const SUMMED = "Each phase shows its results, and G appears once all examples are added.";
const PICTURED = "The picture shows the result of each phase and how G grows; the numbers of G appear once it is divided by n.";

export function PhasePanel({ opened, moment }) {
  const { network, trace, walk } = opened;
  const { kind, phase } = moment;
  const which = kindIn(network, kind, phase);
  const settings = settingsIn(trace);
  const isTall = kind === "UPDATE" && isLong(settings);
  const equation = useRef(null);
  useFitting(equation, moment);
  return html`
    <section class=${`phase-panel ${isTall ? "tall" : ""}`} aria-label="Current phase">
      <h2>${phaseName(network, phase)}</h2>
      <p class="sentence"><${Held} of=${Sentence} text=${PHASE_SENTENCES[`${which}_${settings.optimizer.kind}`] ?? PHASE_SENTENCES[which]} /></p>
      <div class="equation" ref=${equation}>
        <div class="symbols">${SYMBOLS[which](network, settings, parameterOf(phase, moment.step)).map((line, index) => html`<${Maths} key=${index}>${line}<//>`)}</div>
        ${!walk.hasNoLines &&
        html`<div class="in-numbers" aria-live="polite" tabindex=${isTall ? 0 : undefined} role="group" aria-label="In numbers">
          <${InNumbers} ...${{ opened, moment }} />
        </div>`}
      </div>
      ${walk.hasNoLines
        ? html`<p class="soft">This update is too long to show line by line. ${isReadable(network) ? SUMMED : PICTURED}</p>`
        : html`<${Code} walk=${walk} moment=${moment} />`}
      ${isReadable(network) || !moment.mean.isEmpty() ? html`<${GradientArrays} opened=${opened} moment=${moment} />` : html`<${UnitTable} network=${network} moment=${moment} />`}
    </section>
  `;
}

function InNumbers({ opened, moment }) {
  const { network, trace } = opened;
  const { phase, step } = moment;
  const total = moment.previous && sumBefore(opened, moment).get(keyAt(phase.layer, step.unit, step.input));
  const lines = inNumbers(moment, { network, trace, total: total ?? 0 });
  return lines.length ? lines.map((line, index) => html`<${Maths} key=${index}>${line}<//>`) : html`<span class="soft small">This line computes no number.</span>`;
}

const sumBefore = (opened, moment) =>
  moment.kind === "ADD" ? momentAt(opened, moment.number - 1).sum : new Map();

// A line of code does not continue within an arrow.
const unbroken = (code) => code.split(/(->)/).map((part) => (part === "->" ? html`<span class="arrow">-></span>` : part));

const functionOf = (walk, step) => walk.functions.findLast(({ firstLine }) => firstLine <= step.line);

// The function that is executed, its current line, and what its variables hold after it.
function Code({ walk, moment }) {
  const { step } = moment;
  const box = useRef(null);
  const of = functionOf(walk, step);
  useEffect(() => {
    const line = box.current.querySelector("[aria-current]");
    const { scrollTop, clientHeight } = box.current;
    const isSeen = line.offsetTop >= scrollTop && line.offsetTop + line.offsetHeight <= scrollTop + clientHeight;
    if (!isSeen) box.current.scrollTop = line.offsetTop - clientHeight / 2;
  }, [step.line]);
  return html`
    <div class="code-box">
      <div class="code" ref=${box} tabindex="0" role="region" aria-label=${`Lines of ${of.name}`}>
        ${of.lines.map((text, index) => html`<${Held} of=${CodeLine} key=${of.firstLine + index} ...${{ text, number: of.firstLine + index, isCurrent: of.firstLine + index === step.line }} />`)}
      </div>
      <dl class="variables" aria-label="Variables after this line">
        ${step.variables.map(
          ({ name, value }) => html`
            <div key=${name} class=${step.changed.includes(name) ? "changed" : ""} data-variable=${name}>
              <dt>${name}</dt>
              <dd>${relation(value)} <${Num} value=${value} name=${name} /></dd>
            </div>
          `,
        )}
      </dl>
    </div>
  `;
}

function CodeLine({ text, number, isCurrent }) {
  const [, code, comment = ""] = /^(.*?)( {2}#.*)?$/.exec(text);
  return html`<div class="code-line" aria-current=${isCurrent ? "step" : undefined}
    ><span class="line-number">${number}</span><span class=${/^\s*"""/.test(code) ? "comment" : ""}>${unbroken(code)}</span><span class="comment">${comment}</span></div>`;
}
