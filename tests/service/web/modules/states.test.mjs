// The states of parts of the page, from one event to the next.
import assert from "node:assert/strict";
import test from "node:test";
import * as edit from "./assets/compare/edit_state.js";
import * as live from "./assets/shared/live_state.js";
import { numberOrText } from "./assets/shared/number_input.js";
import * as form from "./assets/train/form_state.js";

// The state after some events, and what was to be done at the last one.
function after(start, ...events) {
  return events.reduce(([state], event) => live.next(state, event), [start, []]);
}

const network = { network: "n", uid: "u", latestUpdate: "4" };
const run = (state, more) => ({ run: "2", state: `RUN_STATE_${state}`, latestUpdate: "4", updatesDone: "4", startTime: "t", warnings: [], ...more });
const opened = { kind: "opened", network, run: run("RUNNING"), time: 0 };

test("an opened network is watched from its latest update, and its run is requested", () => {
  const [state, todo] = after(live.START, opened);
  assert.deepEqual(state.shown, { network, run: opened.run, latest: 4, speed: null, error: null });
  assert.deepEqual(todo, [["watch", 5], ["look", "2"]]);
  const [without, less] = after(live.START, { ...opened, run: undefined });
  assert.equal(without.shown.run, null);
  assert.deepEqual(less, [["watch", 5]]);
});

test("a run is requested repeatedly while it is running, one request at a time", () => {
  const [asking, todo] = after(live.START, opened, { kind: "updates", latest: 9 });
  assert.deepEqual([asking.shown.latest, todo], [9, []]);
  const [going, again] = live.next(asking, { kind: "looked", run: run("RUNNING", { latestUpdate: "7" }), time: 100 });
  assert.deepEqual([going.shown.latest, again], [9, [["lookIn", 300]]]);
  const [asked, look] = live.next(going, { kind: "look" });
  assert.deepEqual(look, [["look", "2"]]);
  assert.deepEqual(live.next(asked, { kind: "notLooked" })[1], [["lookIn", 1000]]);
  const [over, nothing] = live.next(asked, { kind: "looked", run: run("SUCCEEDED"), time: 200 });
  assert.deepEqual([over.shown.run.state, over.shown.speed, nothing], ["RUN_STATE_SUCCEEDED", null, []]);
});

test("the speed of a run is that of the last second", () => {
  const at = (time, updatesDone) => ({ kind: "looked", run: run("RUNNING", { updatesDone: String(updatesDone) }), time });
  const speedAfter = (...events) => after(live.START, opened, ...events)[0].shown.speed;
  assert.equal(speedAfter(at(300, 10)), null);
  assert.equal(speedAfter(at(300, 10), at(500, 24)), 40);
  assert.equal(speedAfter(at(500, 24), at(800, 44)), 50);
  // What was before the last second no longer counts.
  assert.equal(speedAfter(at(500, 24), at(1000, 1024), at(1500, 1124), at(2000, 1224)), 200);
  assert.equal(speedAfter(at(500, 24), { kind: "lost" }), null);
  // A pause does not count either.
  const paused = { kind: "runEvent", run: run("PAUSED", { updatesDone: "24" }), time: 600 };
  assert.equal(speedAfter(at(500, 24), paused, at(9000, 24), at(9500, 124)), 200);
});

test("the warnings about a run come with the response to a request, and stay until the next one", () => {
  const warnings = [{ code: "DEAD_UNITS" }];
  const looked = { kind: "looked", run: run("RUNNING", { warnings }), time: 100 };
  const paused = { kind: "runEvent", run: run("PAUSED"), time: 200 };
  const warningsAfter = (...events) => after(live.START, opened, ...events)[0].shown.run.warnings;
  assert.deepEqual(warningsAfter(looked, paused), warnings);
  assert.deepEqual(warningsAfter(looked, { ...paused, run: run("PENDING", { run: "3" }) }), []);
  assert.deepEqual(warningsAfter(looked, paused, { kind: "looked", run: run("PAUSED"), time: 300 }), []);
});

test("an event of an older run changes nothing", () => {
  const [state] = after(live.START, opened, { kind: "runEvent", run: run("FAILED", { run: "1" }), time: 9 });
  assert.equal(state.shown.run.state, "RUN_STATE_RUNNING");
});

test("a response that an event may have overtaken is not shown: the run is requested again", () => {
  const done = { kind: "runEvent", run: run("PAUSED", { updatesDone: "9" }), time: 100 };
  const older = { kind: "looked", run: run("RUNNING", { updatesDone: "7" }), time: 200 };
  const [paused, again] = after(live.START, opened, done, older);
  assert.deepEqual([paused.shown.run, again], [done.run, [["look", "2"]]]);
  const newer = run("PAUSED", { updatesDone: "9", warnings: ["a warning"] });
  const [known, nothing] = live.next(paused, { kind: "looked", run: newer, time: 300 });
  assert.deepEqual([known.shown.run, nothing], [newer, []]);
  // Nor is the run before the one that has begun.
  const begun = { kind: "runEvent", run: run("PENDING", { run: "3" }), time: 100 };
  const [next, look] = after(live.START, opened, begun, older);
  assert.deepEqual([next.shown.run, look], [begun.run, [["look", "3"]]]);
});

test("an unavailable service is retried, an error is not", () => {
  assert.deepEqual(after(live.START, { kind: "notOpened" })[1], [["notifyUnavailable"], ["openIn", 1000]]);
  const error = new Error("no");
  const [state, todo] = after(live.START, opened, { kind: "refused", error });
  assert.deepEqual([state.shown.error, state.isAsking, todo], [error, false, []]);
  assert.deepEqual(after(live.START, opened, { kind: "watching" })[1], [["notifyAvailable"]]);
  assert.equal(after(live.START, { kind: "refused", error }, opened)[0].shown.error, null);
});

test("a number is what the field writes, and all else is sent as it was typed", () => {
  const read = { " 1e3 ": 1000, "-.5": -0.5, "+1.": 1, "0,5": "0,5", " ": "", "0x10": "0x10", "1_000": "1_000", "１２": "１２", Infinity: "Infinity", "1e999": "1e999" };
  for (const [text, value] of Object.entries(read)) assert.equal(numberOrText(text), value, text);
});

const through = ({ START, next }, ...events) => events.reduce(next, START);

test("a typed value belongs to the weight that it was typed for", () => {
  const state = through(edit, { kind: "typed", key: "1.0.0", text: "0,5" });
  assert.equal(edit.textOf(state, "1.0.0", 0.25), "0,5");
  assert.equal(edit.textOf(state, "1.0.1", 0.25), "0.25");
  assert.equal(edit.textOf(edit.START, undefined, undefined), "");
});

test("an error of an edit is shown at its field until the next attempt or weight", () => {
  const error = { violations: [{ field: "weights[0].value", description: "must be finite" }], message: "bad" };
  const refused = through(edit, { kind: "named", name: "x" }, { kind: "begun" }, { kind: "refused", error });
  assert.deepEqual(refused, { typed: null, name: "x", wrong: { value: "Must be finite." }, isBusy: false });
  const exists = { reason: "NETWORK_EXISTS", message: "there is one" };
  assert.deepEqual(through(edit, { kind: "refused", error: exists }).wrong, { name: "there is one" });
  assert.deepEqual(through(edit, { kind: "refused", error: { message: "no" } }).wrong, { "": "no" });
  assert.deepEqual(edit.next(refused, { kind: "begun" }), { ...refused, wrong: {}, isBusy: true });
  assert.deepEqual(edit.next(refused, { kind: "chosen" }).wrong, {});
  assert.equal(through(edit, { kind: "begun" }, { kind: "done" }).isBusy, false);
});

test("a field that changes is no longer invalid, and an example fills in all of them", () => {
  const error = { violations: [{ field: "settings.epochs", description: "must be 1" }, { field: "layer_sizes[1]", description: "is 0" }] };
  const refused = through(form, { kind: "sending" }, { kind: "refused", error });
  assert.deepEqual([refused.wrong, refused.isSending], [{ epochs: "Must be 1.", hidden: "Is 0." }, false]);
  const changed = form.next(refused, { kind: "changed", name: "epochs", value: "3" });
  assert.deepEqual([changed.wrong, changed.values.epochs], [{ hidden: "Is 0." }, "3"]);
  const example = { name: "e", values: { ...form.START.values, hidden: "2" } };
  assert.deepEqual(form.next(changed, { kind: "example", example }), { ...form.START, values: example.values, isChanged: true });
  assert.equal(through(form, { kind: "sending" }, { kind: "sent" }).isSending, false);
});

test("settings are suggested once for each choice of a training set", () => {
  const suggested = { kind: "suggested", trainingSet: "wine", fields: { rate: "0.01" } };
  assert.deepEqual(through(form, suggested).values.rate, form.START.values.rate); // it was not chosen
  const chosen = through(form, { kind: "changed", name: "data", value: "wine" }, suggested);
  assert.equal(chosen.values.rate, "0.01");
  const changed = form.next(chosen, { kind: "changed", name: "rate", value: "1" });
  assert.equal(form.next(changed, suggested).values.rate, "1");
});

test("an opened network fills in the form, unless someone has changed it", () => {
  const opened = { kind: "opened", network: "wine", fields: { data: "wine", rate: "0.01" } };
  const filled = through(form, opened);
  assert.deepEqual([filled.values.data, filled.values.rate, filled.isOfRun], ["wine", "0.01", true]);
  const changed = form.next(form.START, { kind: "changed", name: "rate", value: "1" });
  assert.equal(form.next(changed, opened), changed);
  // What it has created is in the form already; another network is not.
  const sent = form.next(changed, { kind: "sent", network: "wine" });
  assert.equal(form.next(sent, opened).values.rate, "1");
  assert.equal(form.next(sent, { ...opened, network: "other" }).values.rate, "0.01");
  assert.equal(form.next(filled, { kind: "changed", name: "data", value: "xor" }).isOfRun, false);
});
