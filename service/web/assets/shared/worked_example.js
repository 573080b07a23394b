// The worked example: small enough to be followed to the end, and with every turn that a run can
// take. Four examples, batches of three, four epochs: six updates, most of them over the end of an
// epoch, and a last one with a single example.
import { ApiError, get, post } from "./api.js";
import { go } from "./place.js";

export const WORKED = "worked-example";

export const goToWorkedExample = () => go({ network: WORKED, update: 1, position: 0, step: 0 });

// Makes it where it is not there: a link to one of its moments leads there on every server.
export async function haveWorkedExample() {
  try {
    await get(`networks/${WORKED}`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    await make();
  }
}

// Two browsers may do so at the same time: whoever comes second is told that it is there already.
async function make() {
  try {
    await post("networks", {
      network: WORKED,
      layerSizes: [2, 5, 1],
      initializer: { seed: 7 },
      labels: { lesson: "worked-example" },
    });
    await post(`networks/${WORKED}:step`, {
      count: 4,
      unit: "STEP_UNIT_EPOCH",
      settings: { trainingSet: "xor", learningRate: 5, batchSize: 3, epochs: 4 },
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
  }
}
