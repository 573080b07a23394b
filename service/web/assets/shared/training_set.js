// The training set that a part of the page shows.
import { useAnswer } from "./answers.js";
import { get } from "./api.js";
import { rangeOfInputs } from "./image_range.js";

// A set with more examples, or more numbers, is loaded without its examples.
const MOST = 1000;
const MOST_NUMBERS = 10000;
const SAMPLE = 8; // examples that are loaded of a large set

const isLarge = ({ exampleCount, inputCount, targetCount }) => Number(exampleCount) > Math.min(MOST, MOST_NUMBERS / (inputCount + targetCount));

// { set, deleted }: the set with this id, with its examples if they are few, and with the first ones as its `sample`;
// null while it loads. If its inputs are images, `range` is that of the inputs of these examples. `deleted` is its id if
// it does not exist any more.
export function useTrainingSet(id) {
  const { key, answer } = useAnswer(id ?? null, () => found(id));
  return { set: answer?.set ?? null, deleted: answer && !answer.set ? key : undefined };
}

// Some examples of a set, by their indices from 0.
export const examplesAt = async ({ trainingSet: id }, exampleIndices) => (await get(`trainingSets/${id}`, { exampleIndices })).trainingSet.examples;

async function found(id) {
  try {
    let { trainingSet: set } = await get(`trainingSets/${id}`);
    if (!isLarge(set)) set = (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet;
    const sample = isLarge(set) ? await examplesAt(set, firstOf(set)) : set.examples;
    return { set: { ...set, sample, range: set.imageShape && rangeOfInputs(sample) } };
  } catch (error) {
    if (error.reason === "TRAINING_SET_NOT_FOUND") return {};
    throw error;
  }
}

const firstOf = ({ exampleCount }) => [...Array(Math.min(SAMPLE, Number(exampleCount))).keys()];
