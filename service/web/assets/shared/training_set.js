// The training set that a part of the page shows.
import { useAnswer } from "./answers.js";
import { get } from "./api.js";

const MOST = 200; // a set with more examples is loaded without them

// The set with this id, with its examples if they are few; null while it loads.
export function useTrainingSet(id) {
  const { answer } = useAnswer(id ?? null, async () => {
    const { trainingSet } = await get(`trainingSets/${id}`);
    if (Number(trainingSet.exampleCount) > MOST) return trainingSet;
    return (await get(`trainingSets/${id}`, { includeExamples: true })).trainingSet;
  });
  return answer;
}
