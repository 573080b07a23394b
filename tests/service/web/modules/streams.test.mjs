// A stream is closed for good if the database has lost what it has sent, and reconnects otherwise.
import assert from "node:assert/strict";
import test from "node:test";

const sources = [];

class Source {
  static CLOSED = 2;
  readyState = 1;

  constructor(address) {
    this.address = address;
    sources.push(this);
  }

  addEventListener() {}

  close() {
    this.readyState = Source.CLOSED;
  }
}

Object.assign(globalThis, { EventSource: Source, sessionStorage: { getItem: () => null } });
const { follow } = await import("./assets/shared/api.js");

async function following() {
  const states = [];
  follow("first", { startUpdate: 0 }, { state: (...state) => states.push(state) });
  while (!sources.length) await new Promise(setImmediate);
  return [sources.pop(), states];
}

test("a history that was lost is told, and the stream does not connect again", async () => {
  const [source, states] = await following();
  source.onerror({ data: JSON.stringify({ error: { code: 500, status: "DATA_LOSS", message: "updates were lost" } }) });
  assert.deepEqual(states, [["refused", "Updates were lost. Reload the page."]]);
  assert.equal(source.readyState, Source.CLOSED);
});

test("a stream that a server ends otherwise connects again", async () => {
  const [source, states] = await following();
  source.onerror({ data: JSON.stringify({ error: { code: 503, status: "UNAVAILABLE", message: "stopping" } }) });
  source.onerror({});
  assert.deepEqual(states, [["lost", "stopping"], ["lost", ""]]);
  assert.equal(source.readyState, 1);
});
