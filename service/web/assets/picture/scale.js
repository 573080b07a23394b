// The size of a weight that is drawn with the thickest line.
import { useAnswer } from "../shared/answers.js";
import { largest } from "../shared/interval.js";
import { getState, isLarge } from "../shared/state.js";

// Fixed for a run, so that widths can be compared over time; during a run, until it is twice as long.
export function useScale(network, run, latest) {
  const first = Number(network.earliestUpdate);
  const from = run ? Math.max(first, Number(run.firstUpdate) - 1) : first;
  const to = run ? Number(run.latestUpdate) : latest;
  const { answer } = useAnswer(`${run?.run ?? "none"} ${Math.ceil(Math.log2(to - from + 1))}`, (signal) => loadScale(network, from, to, signal));
  return answer;
}

const SINGLE = { numberFormat: "NUMBER_FORMAT_FLOAT32" }; // of the scale, four digits are shown

const largestOf = ({ layers }) => Math.max(...layers.map(({ weights, biases }) => Math.max(largest(weights), largest(biases))));

async function loadScale(network, from, to, signal) {
  const parts = isLarge(network) ? [0, 1] : [0, 0.1, 0.25, 0.5, 0.75, 1];
  const places = new Set(parts.map((part) => Math.round(from + part * (to - from))));
  const sizes = []; // one after the other: two large states would need twice the memory
  for (const update of places) sizes.push(largestOf(await getState(network.network, { update, ...(isLarge(network) && SINGLE) }, signal)));
  return Math.max(1e-9, ...sizes);
}
