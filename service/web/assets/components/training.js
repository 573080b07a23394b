// Runs in all states, and curves.
import { html } from "../shared/html.js";
import { Curve } from "../shared/curve.js";
import { RunBar } from "../train/run_bar.js";
import { COURSE, runOf, SMALL } from "./samples.js";

const done = { updatesDone: "300", epoch: "300", latestUpdate: "300" };
const RUNS = [
  ["Network without a run", undefined],
  ["Pending", runOf("PENDING", { updatesDone: "0", epoch: "0", latestCost: undefined })],
  ["Running", runOf("RUNNING")],
  ["Paused", runOf("PAUSED")],
  ["Succeeded", runOf("SUCCEEDED", { ...done, endReason: "END_REASON_ALL_EPOCHS", latestValidation: { cost: 0.41, accuracy: 0.875 } })],
  ["Failed", runOf("FAILED", { failure: { reason: "DIVERGED", message: "update 121 would make a weight infinite or NaN" } })],
  ["Cancelled", runOf("CANCELLED", { endReason: "END_REASON_CANCELLED" })],
];

const nothing = () => {};
const { xs, falling, noisy, smooth } = COURSE;
const curve = (lines, more) => html`<${Curve} xs=${xs} lines=${lines} at=${120} onPick=${nothing} onZoom=${nothing} height=${150} label="Sample costs" ...${more} />`;
const cost = { name: "cost", stroke: "--accent" };
const gap = falling.map((each, index) => (index > 60 && index < 70 ? null : each));

export const TRAINING = [
  ...RUNS.map(([name, run]) => [name, html`<${RunBar} network=${SMALL} run=${run} speed=${12_345} place=${{ mode: "train" }} latest=${300} />`, "train"]),
  ["Curve", curve([{ ...cost, ys: falling }])],
  ["Curve of mini-batches, with validation", curve([{ ...cost, ys: noisy, stroke: "--accent-faint" }, { ...cost, name: "smoothed", ys: smooth, width: 2 }, { name: "validation", ys: smooth.map((each) => each + 0.08), stroke: "--negative", dash: [6, 3], width: 2 }], { best: [250, 0.1] })],
  ["Curve with a gap", curve([{ ...cost, ys: gap }], { marks: [160] })],
  ["Logarithmic curve", curve([{ ...cost, ys: falling }], { scale: "log" })],
];
