// The lines of an explanation, example by example: each highlights its operands in the picture.
import { useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { exact, relation, short, signed } from "../shared/number_format.js";
import { useFitting } from "./fitting.js";
import { readable } from "./readable_maths.js";
import { pointedBy } from "./sources.js";

// The examples that the explanation has lines for; the first one of a batch is open.
export function OfExamples({ explanation, ...tools }) {
  const { firstPosition, examples } = explanation;
  return examples.map(
    (example, index) => html`<${Example} key=${index} ...${{ explanation, position: firstPosition + index, number: Number(example) + 1 }} ...${tools} />`,
  );
}

// The lines of one example, or of the batch as a whole.
export function Lines({ explanation, position, ...tools }) {
  const { lines } = explanation;
  return lines
    .filter((line) => line.position === position)
    .map((line, index) => html`<${Line} key=${index} line=${line} lines=${lines} ...${tools} />`);
}

// A closed example shows only its gradient: that of a bias is the delta of its unit.
function Example({ explanation, position, number, ...tools }) {
  const [isOpen, setOpen] = useState(position === 0);
  const own = explanation.lines.findLast((line) => line.position === position && /^(∂C.*∂w|δ)/.test(line.symbol));
  return html`
    <details open=${isOpen} class="example" onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>
        ${position + 1}. <span class="soft">Example ${number}</span>${" "}
        ${own && html`<span class="num" data-exact=${exact(own.value)} title=${exact(own.value)}>${own.symbol} ${relation(own.value)} ${short(own.value)}</span>`}
      </summary>
      <${Lines} explanation=${explanation} position=${position} ...${tools} />
    </details>
  `;
}

// A line and its operands: each operand highlights its source in the picture.
function Line({ line, network, lines, pointed, setPointed }) {
  const formula = useRef(null);
  useFitting(formula, line);
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
      <div class="formula" ref=${formula} role="group" tabindex="0" title=${line.text} aria-label=${line.text} dangerouslySetInnerHTML=${{ __html: readable(line) }} ...${point(line.operands.map(({ source }) => source))}></div>
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
