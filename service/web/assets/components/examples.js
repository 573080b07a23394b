// What a network makes of its examples: the surface, confusions, the gallery, the projection.
import { Confusion } from "../examples/confusion.js";
import { Gallery } from "../examples/gallery.js";
import { ReasonTable } from "../examples/reasons.js";
import { UnitCard } from "../picture/unit_card.js";
import { Projection } from "../examples/projection.js";
import { html } from "../shared/html.js";
import { CELLS } from "../train/plane_values.js";
import { Surface } from "../train/surface.js";
import { UnitSurfaces } from "../train/unit_surfaces.js";
import { EXAMPLES, IMAGE, IMAGES, LARGE, LARGE_LAYERS, POINTS, SMALL, SMALL_LAYERS } from "./samples.js";

const nothing = () => {};

// A wave over the cells of the plane, from 0 to 1.
const waveAlong = (x, y, phase = 0) => Array.from({ length: CELLS * CELLS }, (_, cell) => 0.5 + 0.5 * Math.sin((x * (cell % CELLS) + y * Math.floor(cell / CELLS)) / 6 + phase));
const around = { outputs: [waveAlong(1, -1)], layers: [[waveAlong(1, 0), waveAlong(0, 1), waveAlong(1, 1, 2)], [waveAlong(1, -1)]] };
const many = Array.from({ length: 60 }, (_, index) => ({ inputs: [Math.sin(index), Math.cos(1.7 * index)], targets: [index % 2] }));
const set = { uid: "1", trainingSet: "xor", examples: EXAMPLES, sample: EXAMPLES, exampleCount: "4", targetCount: 1 };
const surface = { network: SMALL, set, around, setChosen: nothing };

const countOf = (row) => ({ exampleCount: String(row.reduce((total, count) => total + Number(count), 0)) });
const classified = (...rows) => ({ classes: rows.map(countOf), confusion: rows.flat() });

const PAIR = classified(["40", "3"], ["12", "45"]);
const DIGITS = [..."0123456789"];
const TEN = classified(...DIGITS.map((_, is) => DIGITS.map((_, as) => (is === as ? "170" : (is * 7 + as * 3) % 11 ? "0" : String(is + as)))));
const LONG = classified(["9", "1", "0"], ["0", "7", "3"], ["0", "0", "10"]);
const NAMES = ["Iris setosa", "a species with a very long name, as tables have them", "Iris virginica"];

const images = { uid: "2", trainingSet: "images", examples: [], sample: IMAGES, exampleCount: "10", targetCount: 10, imageShape: IMAGE, range: { low: 0, high: 1 } };
const itemOf = (example, trueClass, predictedClass) => ({ example: String(example), trueClass, predictedClass, correct: trueClass === predictedClass, cost: 2.5 / (example + 1), trainedUpdate: "280" });
const measured = { worstExamples: [itemOf(0, 0, 8), itemOf(1, 1, 7), itemOf(2, 2, 2)], matchingCount: "214", correctCount: "1583", classification: TEN };
const gallery = (network, choice, more) => html`<${Gallery} network=${{ ...LARGE, network }} set=${images} update=${300} measured=${{ ...measured, ...more }} choice=${choice} most=${8} setMost=${nothing} />`;

const why = { network: LARGE, set: images, item: itemOf(0, 0, 8), outputs: [0.1, 0, 0, 0, 0, 0, 0, 0, 0.9, 0], names: DIGITS, layers: LARGE_LAYERS };
const terms = DIGITS.map((_, output) => Array.from({ length: 17 }, (__, unit) => Math.sin(1.7 * unit * (output + 1))));
const unitCard = (unit) => html`<div class="weight-maps"><${UnitCard} network=${LARGE} layers=${LARGE_LAYERS} number=${1} image=${IMAGE} unit=${unit} /></div>`;

const plane = { layer: 1, axesUpdate: 300 };
const projected = (network, projection, more) => html`<${Projection} network=${{ ...LARGE, network }} set=${images} at=${300} latest=${300} plane=${{ ...plane, ...more }} projection=${projection} choice=${{}} />`;
const projection = { update: "300", examples: POINTS, varianceShares: [0.41, 0.19] };

export const SHOWN_EXAMPLES = [
  ["Decision surface", html`<${Surface} ...${surface} />`, "train"],
  ["Decision surface of many examples", html`<${Surface} ...${surface} set=${{ ...set, examples: many }} />`, "train"],
  ["Decision surface that has not arrived", html`<${Surface} ...${surface} around=${null} />`, "train"],
  ["Units", html`<${UnitSurfaces} ...${surface} layers=${SMALL_LAYERS} chosen=${{ layer: 1, unit: 1 }} />`, "train"],
  ["Confusion of two classes", html`<${Confusion} classification=${PAIR} names=${["0", "1"]} choice=${{}} />`, "train"],
  ["Confusion of ten classes, a cell is selected", html`<${Confusion} classification=${TEN} names=${DIGITS} choice=${{ class: 1, predicted: 5 }} />`, "train"],
  ["Confusion of classes with long names", html`<${Confusion} classification=${LONG} names=${NAMES} choice=${{}} />`, "train"],
  ["Gallery", gallery("images", {}), "train"],
  ["Gallery of a cell, empty", gallery("images", { class: 3, predicted: 4, wrong: 1 }, { worstExamples: [], matchingCount: "0" }), "train"],
  ["Gallery whose outputs have not arrived", gallery("busy", {}), "train"],
  ["Why an example is wrong", html`<${ReasonTable} ...${why} terms=${terms} />`, "train"],
  ["Why, of a single output", html`<${ReasonTable} ...${why} network=${SMALL} set=${set} item=${itemOf(0, 0, 1)} outputs=${[0.7]} names=${["0", "1"]} terms=${[[0.8, -0.3, 1.2, 0.1]]} />`, "train"],
  ["A unit of an image", unitCard(3), "train"],
  ["A unit of an image, none is selected", unitCard(undefined), "train"],
  ["Projection", projected("images", projection), "train"],
  ["Projection that has not arrived", projected("busy", undefined, { axesUpdate: undefined }), "train"],
];
