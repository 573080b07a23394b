// A made-up service in place of the real one: the components need no data of the server, and change nothing there.
import { EXAMPLES, IMAGE, IMAGES, POINTS, SMALL, updatesOf } from "./samples.js";

// What is busy gets no answer, and what is broken an error.
const BUSY = /busy/;
const BROKEN = /broken/;

const ERROR = { code: 500, status: "INTERNAL", message: "internal error; the log of the server has details", details: [] };

// By the end of the path, and what is sent and asked for. `id` is that of the network or set before it.
const ANSWERS = [
  [/trainingSets\/([^/]+)$/, ({ id, query }) => ({ trainingSet: { ...setOf(id), examples: query.getAll("exampleIndices").map((index) => examplesOf(id)[index]) } })],
  [/networks\/([^/]+)\/updates$/, ({ id }) => ({ updates: id === "long" ? updatesOf(32, 1797) : updatesOf(3, 4) })],
  [/networks\/([^/:]+):predict$/, ({ sent }) => ({ predictions: (sent.inputs ?? []).map((_, index) => ({ outputs: classAt(index) })) })],
  [/networks\/([^/:]+):projectExamples$/, () => ({ update: "300", examples: POINTS, varianceShares: [0.41, 0.19] })],
  [/networks\/([^/]+)$/, () => ({ network: SMALL })],
  [/networks$/, () => ({ networks: [SMALL], nextPageToken: "" })],
];

const examplesOf = (id) => (id === "images" ? IMAGES : EXAMPLES);
const setOf = (id) => ({ trainingSet: id, exampleCount: String(examplesOf(id).length), ...(id === "images" && { imageShape: IMAGE }) });
const classAt = (index) => Array.from({ length: 10 }, (_, output) => (output === index % 10 ? 0.91 : 0.01));

async function answerTo(address, { body, signal } = {}) {
  const { pathname, searchParams: query } = new URL(address, location.href);
  if (BUSY.test(pathname)) return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  const [pattern, answer] = ANSWERS.find(([each]) => each.test(pathname)) ?? [];
  if (!answer || BROKEN.test(pathname)) return Response.json({ error: ERROR }, { status: ERROR.code });
  return Response.json(answer({ id: pattern.exec(pathname)[1], query, sent: body ? JSON.parse(body) : {} }));
}

export function replaceService() {
  globalThis.fetch = answerTo;
}
