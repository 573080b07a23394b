// The training set that a part of the page shows.
import { useAnswer } from "./answers.js";
import { get } from "./api.js";

// A set with more examples, or more numbers, is loaded without its examples.
const MOST = 1000;
const MOST_NUMBERS = 10000;

const isLarge = ({ exampleCount, inputCount, targetCount }) => Number(exampleCount) > Math.min(MOST, MOST_NUMBERS / (inputCount + targetCount));

// The set with this id, with its examples if they are few; null while it loads.
export function useTrainingSet(id) {
  const { answer } = useAnswer(id ?? null, async () => {
    const { trainingSet } = await get(`trainingSets/${id}`);
    if (isLarge(trainingSet)) return trainingSet;
    return (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet;
  });
  return answer;
}
