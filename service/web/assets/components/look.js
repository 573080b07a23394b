// Parts of Look inside: the ribbon, equations, the legend.
import { useRef } from "preact/hooks";
import { SYMBOLS } from "../look/equations.js";
import { useFitting } from "../look/fitting.js";
import { Legend } from "../look/help.js";
import { Maths } from "../look/maths.js";
import { stepInNumbers, stepInSymbols } from "../look/optimizer_equations.js";
import { Ribbon } from "../look/ribbon.js";
import { enumName } from "../shared/enum_names.js";
import { html } from "../shared/html.js";
import { runOf, SMALL } from "./samples.js";

const settingsWith = (kind, more) => ({ learningRate: 0.05, optimizer: { kind: `OPTIMIZER_KIND_${kind}`, momentum: 0.9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }, ...more });
const PLAIN = settingsWith("GRADIENT_DESCENT", { optimizer: { kind: "OPTIMIZER_KIND_GRADIENT_DESCENT" } });
const LIMITED = settingsWith("ADAM", { penalty: { l1: 0.01, l2: 0.02 }, clipping: { value: 0.5, norm: 1 } });
const OPTIMIZERS = ["MOMENTUM", "NESTEROV", "ADAM", "ADAMW", "RMSPROP", "ADAGRAD"];
const WEIGHT = { layer: 1, isBias: false };

// What a line of Adam read and set.
const NUMBERS = { NEW_PARAMETER: 0.1183416, NEW_FIRST_MOMENT: 0.000691234, NEW_SECOND_MOMENT: 4.8e-8, PARAMETER: 0.1233333, DECAYED_GRADIENT: 0.0069123, FIRST_MOMENT: 0, SECOND_MOMENT: 0 };
const read = (role) => NUMBERS[role];

function Equations({ lines, attributes }) {
  const box = useRef();
  useFitting(box, lines);
  return html`
    <div class="phase-panel tall"><div class="equation" ref=${box}><div ...${attributes}>${lines.map((line, index) => html`<${Maths} key=${index}>${line}<//>`)}</div></div></div>
  `;
}
const equations = (lines, attributes = { class: "symbols" }) => html`<${Equations} ...${{ lines, attributes }} />`;

// Batches of 3 of the 4 examples: the second one takes the last example of an epoch and the first two of the next.
const ribbon = (network, run) => html`<${Ribbon} network=${{ ...SMALL, network }} run=${run} update=${2} position=${1} isOfExample=${true} />`;
const short = runOf("SUCCEEDED", { settings: { trainingSet: "xor", batchSize: 3, epochs: "4" }, totalUpdates: "6", updatesDone: "6", latestUpdate: "6", trainingExamples: "4" });
const long = runOf("SUCCEEDED", { settings: { trainingSet: "xor", batchSize: 32, epochs: "60" }, totalUpdates: "3360", updatesDone: "3360", latestUpdate: "3360", trainingExamples: "1797" });

export const LOOK = [
  ["Ribbon", ribbon("small", short), "look wide"],
  ["Ribbon of long batches", ribbon("long", long), "look wide"],
  ["Ribbon that has not arrived", ribbon("busy", short), "look"],
  ["Equations of the phases", equations(Object.values(SYMBOLS).flatMap((lines) => lines(SMALL, PLAIN, WEIGHT))), "look"],
  ...OPTIMIZERS.map((kind) => [`Step of ${enumName(`OPTIMIZER_KIND_${kind}`)}`, equations(stepInSymbols(settingsWith(kind), WEIGHT)), "look"]),
  ["Step with a penalty and clipping", equations(stepInSymbols(LIMITED, WEIGHT)), "look"],
  ["Step in numbers", equations(stepInNumbers(settingsWith("ADAM"), WEIGHT, { v: read, read }), { class: "in-numbers", tabindex: 0, role: "group", "aria-label": "In numbers" }), "look"],
  ["Legend", html`<div class="help"><${Legend} /></div>`, "look wide"],
];
