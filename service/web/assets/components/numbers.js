// Numbers, outputs, tables, examples.
import { html } from "../shared/html.js";
import { ExampleImage } from "../shared/images.js";
import { Num } from "../shared/number_view.js";
import { Outputs } from "../shared/outputs.js";
import { Evaluation } from "../train/judgement.js";
import { Predictions } from "../train/predictions.js";
import { WeightTables } from "../train/weight_tables.js";
import { EXAMPLES, IMAGE, PIXELS, runOf, SMALL, SMALL_LAYERS } from "./samples.js";

const UNIT = { low: 0, high: 1, isBounded: true };
const set = { uid: "1", trainingSet: "xor", examples: EXAMPLES, sample: EXAMPLES, exampleCount: "4", targetCount: 1 };
const outputs = [[0.0698], [0.9669], [0.9421], [0.04499]];
const classification = { classes: [{ exampleCount: "2" }, { exampleCount: "2" }], confusion: ["2", "0", "1", "1"], macroAverage: { precision: 0.8333, recall: 0.75, f1: 0.7333 }, logLoss: 0.3125 };
const all = { cost: 0.3125, correctCount: "3", classification, worstExamples: [] };

const NUMBERS_SHOWN = [["rounded", 0.123456789], ["exact", 0.25], ["negative", -1.5e-7], ["large", 6.02214076e23], ["infinite", "Infinity"], ["not a number", "NaN"], ["missing", undefined]];

export const NUMBERS = [
  ["Numbers", html`<dl class="in-row">${NUMBERS_SHOWN.map(([name, value]) => html`<div key=${name}><dt class="small soft">${name}</dt><dd><${Num} value=${value} name=${name} /></dd></div>`)}</dl>`],
  [
    "Outputs",
    html`<div class="in-row">
      <${Outputs} values=${[0.9]} targets=${[1]} range=${UNIT} /> <${Outputs} values=${[0.02]} targets=${[1]} range=${UNIT} />
      <${Outputs} targets=${[0]} range=${UNIT} /> <${Outputs} values=${[3.5]} targets=${[4]} range=${{ low: 0, high: 1, isBounded: false }} />
      <${Outputs} names=${["setosa", "versicolor", "virginica"]} values=${[0.1, 0.7, 0.2]} targets=${[0, 1, 0]} range=${UNIT} />
    </div>`,
  ],
  ["Many outputs", html`<${Outputs} values=${[0, 0, 0.1, 0, 0.6, 0, 0, 0, 0.3, 0]} targets=${[0, 0, 0, 0, 1, 0, 0, 0, 0, 0]} range=${UNIT} />`],
  ["Images", html`<p class="in-row">
      <${ExampleImage} shape=${IMAGE} values=${PIXELS} range=${{ low: 0, high: 1 }} name="example 1" />
      <span class="example-image empty" style="--columns:8;--rows:8"></span>
    </p>`],
  ["Predictions", html`<${Predictions} network=${SMALL} run=${runOf("SUCCEEDED")} set=${set} measured=${{ outputs }} />`, "train"],
  ["Predictions before a run", html`<${Predictions} network=${SMALL} />`, "train"],
  ["Evaluation", html`<${Evaluation} network=${SMALL} run=${runOf("SUCCEEDED")} set=${set} choice=${{}} measured=${{ all, outputs }} />`, "train"],
  ["Weights as numbers", html`<section class="panel weights"><${WeightTables} network=${SMALL} layers=${SMALL_LAYERS} /></section>`, "train"],
];
