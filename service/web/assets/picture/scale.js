// The size of a weight that is drawn with the thickest line.
import { get } from "../shared/api.js";
import { useAnswer } from "../shared/answers.js";

// Fixed for a run, so that widths can be compared over time; during a run, until it is twice as long.
export function useScale(network, run, latest) {
  const first = Number(network.earliestUpdate);
  const from = run ? Math.max(first, Number(run.firstUpdate) - 1) : first;
  const to = run ? Number(run.latestUpdate) : latest;
  const { answer } = useAnswer(`${run?.run ?? "none"} ${Math.ceil(Math.log2(to - from + 1))}`, (signal) => loadScale(network, from, to, signal));
  return answer;
}

async function loadScale(network, from, to, signal) {
  const places = [0, 0.1, 0.25, 0.5, 0.75, 1].map((part) => Math.round(from + part * (to - from)));
  const states = await Promise.all(
    [...new Set(places)].map((update) => get(`networks/${network.network}/state`, { update }, signal)),
  );
  const sizes = states.flatMap(({ state }) =>
    state.layers.flatMap(({ weights, biases }) => [...weights, ...biases].map(Math.abs)),
  );
  return sizes.reduce((most, size) => Math.max(most, size), 1e-9);
}
