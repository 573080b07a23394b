// The training set that a part of the page shows.
import { useAnswer } from "./answers.js";
import { get } from "./api.js";

const MOST = 200; // examples that are fetched to be shown

// The set of this id, with its examples where they are few; null until it is known.
export function useTrainingSet(id) {
  const { answer } = useAnswer(id ?? null, async () => {
    const { trainingSet } = await get(`trainingSets/${id}`);
    if (Number(trainingSet.exampleCount) > MOST) return trainingSet;
    return (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet;
  });
  return answer;
}
