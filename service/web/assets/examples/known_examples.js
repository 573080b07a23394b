// Inputs, targets and outputs of some examples at an update.
import { useRef } from "preact/hooks";
import { useAnswer } from "../shared/answers.js";
import { post } from "../shared/api.js";
import { outputsOf, rowsOf } from "../shared/columns.js";
import { examplesAt } from "../shared/training_set.js";

const MOST_KEPT = 1000;
const QUICK = 30; // ms between two requests

// The examples with these indices: { inputs, targets, outputs } by index; null until they are there, then those before
// until the next ones are. Inputs are kept while the update changes.
export function useExamples(network, set, update, indices) {
  const kept = useRef(new Map());
  const ask = async (signal) => {
    const missing = indices.filter((index) => !kept.current.has(index));
    if (kept.current.size > MOST_KEPT) kept.current = new Map(indices.filter((index) => kept.current.has(index)).map((index) => [index, kept.current.get(index)]));
    if (missing.length) (await examplesAt(set, missing)).forEach((example, place) => kept.current.set(missing[place], example));
    const examples = indices.map((index) => kept.current.get(index));
    const rows = rowsOf(network, set, examples.map(({ inputs }) => inputs));
    const outputs = outputsOf((await post(`networks/${network.network}:predict`, { update, ...rows }, signal)).predictions);
    return new Map(indices.map((index, place) => [index, { ...examples[place], outputs: outputs[place] }]));
  };
  return useAnswer(indices.length ? `${set.uid} ${update} ${indices}` : null, ask, { gap: QUICK }).answer;
}

export const exampleName = (index, format) => `example ${format(Number(index) + 1)}`;
