// The worked example: a network small enough to follow every number. 4 examples, batches of 3 and 4
// epochs give 6 updates: most of their batches cross the end of an epoch, and the last one has a
// single example.
import { ApiError, get, post } from "./api.js";
import { go } from "./place.js";

export const WORKED = "worked-example";

const BEGINNING = { update: 1, position: 0, step: undefined, weight: undefined, unit: undefined, base: undefined, other: undefined };
const MOST = 1000; // the largest page that the service sends

let isKnown = false;

// Whether the service has it. Lists the networks: a request for a missing one would log an error in the
// browser's console.
export async function hasWorkedExample(signal) {
  isKnown ||= await isListed(signal);
  return isKnown;
}

async function isListed(signal) {
  let pageToken;
  do {
    const { networks, nextPageToken } = await get("networks", { pageSize: MOST, pageToken }, signal);
    if (networks.some(({ network }) => network === WORKED)) return true;
    pageToken = nextPageToken;
  } while (pageToken);
  return false;
}

// Opens it at its first example, or elsewhere; creates it if it is missing.
export async function openWorkedExample(at = BEGINNING) {
  if (!(await isListed())) await create();
  isKnown = true;
  go({ ...at, network: WORKED }, { push: true });
}

// Another browser can create it at the same time: the service then answers that the id is in use.
async function create() {
  try {
    await post("networks", {
      network: WORKED,
      layerSizes: [2, 5, 1],
      initializer: { seed: 7 },
      labels: { example: "worked-example" },
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
