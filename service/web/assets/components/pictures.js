// Pictures of networks, and the controls to step through them.
import { html } from "../shared/html.js";
import { valueAt } from "../shared/parameters.js";
import { Matrices } from "../picture/matrices.js";
import { Picture } from "../picture/picture.js";
import { stillView } from "../picture/still.js";
import { WeightMaps } from "../picture/weight_maps.js";
import { stillBlocks } from "../look/blocks.js";
import { PhaseStrip, Stepper } from "../look/stepper.js";
import { Sentence } from "../look/term.js";
import { PHASE_SENTENCES } from "../look/phases.js";
import { IMAGE, LARGE, LARGE_LAYERS, SMALL, SMALL_LAYERS } from "./samples.js";

const nothing = () => {};

const drawn = (view, more) => html`<div class="drawn"><${Picture} view=${view} scale=${1} setPointed=${nothing} ...${more} /></div>`;

// A moment of the forward pass: h2 takes part, h3 is dropped, and the weights of the output are after the update.
const MOMENT = {
  network: SMALL,
  hasExamples: true,
  hasTargets: true,
  lit: { units: new Set(["1.1"]), weights: new Set(["1.1.0", "1.1.1"]), layer: 1, isCost: true },
  weight: (key) => valueAt(SMALL_LAYERS, key),
  isAfter: (key) => key.startsWith("2"),
  isSecret: (key) => key === "2.0.0",
  isDropped: (layer, unit) => layer === 1 && unit === 2,
  example: { targets: { values: [1] } },
  cost: 0.7371,
  unit: (layer, unit) => (layer === 0 ? { a: unit } : layer === 1 ? { a: 0.5165, z: 0.06616, delta: 0.006925 } : { a: 0.4786, z: -0.0858 }),
};

const PHASES = [
  { kind: "WALK_PHASE_KIND_ZERO" },
  { kind: "WALK_PHASE_KIND_FORWARD", layer: 1, position: 0 },
  { kind: "WALK_PHASE_KIND_FORWARD", layer: 2, position: 0 },
  { kind: "WALK_PHASE_KIND_COST", position: 0 },
  { kind: "WALK_PHASE_KIND_UPDATE", layer: 1 },
].map((phase, number) => ({ ...phase, firstStep: number }));

const opened = { network: SMALL, update: 1, wanted: 1, first: 0, latest: 6, trace: { exampleCount: 3 }, walk: { phases: PHASES, stepCount: 5 } };
const moment = { number: 1, phaseNumber: 1, phase: PHASES[1], position: 0 };
const playerThat = (isPlaying) => ({ isPlaying, toggle: nothing, speed: 2, setSpeed: nothing });

export const PICTURES = [
  ["Network", drawn(stillView(SMALL, SMALL_LAYERS))],
  ["Network at a moment", drawn(MOMENT)],
  ["Network with a selected weight", drawn(stillView(SMALL, SMALL_LAYERS), { weight: "1.0.1" })],
  ["Large network", html`<div class="drawn"><${Matrices} network=${LARGE} blocks=${stillBlocks(LARGE_LAYERS, 1, ["1.3.5"])} weight="1.3.5" /></div>`],
  ["Weights as images", html`<${WeightMaps} network=${LARGE} layers=${LARGE_LAYERS} scale=${1} image=${IMAGE} />`],
  ["Stepper", html`<${Stepper} opened=${opened} moment=${moment} player=${playerThat(false)} />`, "look"],
  ["Stepper that plays", html`<${Stepper} opened=${opened} moment=${moment} player=${playerThat(true)} />`, "look"],
  ["Phases", html`<${PhaseStrip} opened=${opened} moment=${moment} />`, "look"],
  ["A sentence with terms", html`<p class="sentence"><${Sentence} text=${PHASE_SENTENCES.FORWARD} /></p>`, "look"],
];
