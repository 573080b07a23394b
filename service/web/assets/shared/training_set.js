// The training set that a part of the page shows.
import { useAnswer } from "./answers.js";
import { get } from "./api.js";

// A set with more examples, or more numbers, is loaded without its examples.
const MOST = 1000;
const MOST_NUMBERS = 10000;

const isLarge = ({ exampleCount, inputCount, targetCount }) => Number(exampleCount) > Math.min(MOST, MOST_NUMBERS / (inputCount + targetCount));

// { set, deleted }: the set with this id, with its examples if they are few; null while it loads. `deleted`
// is its id if it does not exist any more.
export function useTrainingSet(id) {
  const { key, answer } = useAnswer(id ?? null, () => found(id));
  return { set: answer?.set ?? null, deleted: answer && !answer.set ? key : undefined };
}

async function found(id) {
  try {
    const { trainingSet } = await get(`trainingSets/${id}`);
    if (isLarge(trainingSet)) return { set: trainingSet };
    return { set: (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet };
  } catch (error) {
    if (error.reason === "TRAINING_SET_NOT_FOUND") return {};
    throw error;
  }
}
