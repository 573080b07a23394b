// An address names what the page shows, counted from 1; older addresses still open.
import assert from "node:assert/strict";
import test from "node:test";
import { placeOf, searchOf, weightText } from "./assets/shared/address.js";

const place = { mode: "look", network: "first", weight: "2.0.3", update: 1, position: 0, step: 332 };

test("an address counts examples, lines, units and inputs from 1", () => {
  assert.equal(searchOf(place), "?network=first&weight=2-1-4&update=1&example=1&line=333");
  assert.equal(weightText("1.4.bias"), "1-5-bias");
});

test("an address leads back to what it was made from", () => {
  for (const weight of ["2.0.3", "1.4.bias"]) {
    assert.deepEqual(placeOf(searchOf({ ...place, weight })), { ...place, weight });
  }
  assert.deepEqual(placeOf(searchOf({ mode: "compare", base: 0, other: "b" })), { mode: "compare", base: 0, other: "b" });
});

test("a unit has an address, inputs too", () => {
  for (const [unit, text] of [["2.0", "2-1"], ["0.63", "0-64"]]) {
    assert.equal(searchOf({ mode: "look", unit }), `?unit=${text}`);
    assert.deepEqual(placeOf(`?unit=${text}`), { mode: "look", unit });
  }
  assert.deepEqual(placeOf("?unit=1-0"), { mode: "look" });
});

test("older addresses, which count from 0, open the same view", () => {
  assert.deepEqual(placeOf("?network=first&update=1&position=0&step=332&weight=2.0.3"), place);
  assert.equal(placeOf("?weight=2.0.b").weight, "2.0.bias");
});

test("the examples of the gallery have an address, in Train", () => {
  const chosen = { mode: "train", class: 8, predicted: 0, wrong: 1 };
  assert.equal(searchOf(chosen), "?mode=train&class=8&predicted=0&wrong=1");
  assert.deepEqual(placeOf(searchOf(chosen)), chosen);
  assert.equal(searchOf({ ...chosen, mode: "look" }), "");
});

test("what is chosen in Train has an address", () => {
  const chosen = { mode: "train", network: "first", examples: 24, layer: 1, axes: 0, point: 6, zoom: { from: 0, to: 60 }, scale: "log", smoothing: "off", "over-time": 1 };
  assert.equal(searchOf(chosen), "?mode=train&network=first&examples=24&layer=1&axes=0&over-time=1&point=7&zoom=0-60&scale=log&smoothing=off");
  assert.deepEqual(placeOf(searchOf(chosen)), chosen);
  assert.equal(searchOf({ ...chosen, mode: "look" }), "?network=first");
  assert.equal(placeOf("?zoom=6").zoom, undefined);
});

test("the selected networks and their curves have an address", () => {
  const chosen = { mode: "networks", selected: "a,b", by: "epoch", scale: "log", "of-lessons": 1 };
  assert.deepEqual(placeOf(searchOf(chosen)), chosen);
});

test("a part of a lesson has an address, from 1", () => {
  const part = { mode: "lessons", lesson: "cost", part: 2 };
  assert.equal(searchOf({ ...part, network: "first" }), "?mode=lessons&lesson=cost&part=3");
  assert.deepEqual(placeOf("?mode=lessons&lesson=cost&part=3"), part);
  assert.equal(searchOf({ ...place, lesson: "cost" }), searchOf(place), "other views have none");
});

test("numbers that nothing has are left out", () => {
  assert.deepEqual(placeOf("?example=0&line=0&update=-1&position=x"), { mode: "look" });
  assert.equal(placeOf("?weight=2-0-1").weight, "2-0-1");
});

test("a film writes its address rarely, and Back returns to where it was when something was chosen", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  mock.method(performance, "now", () => now);
  const written = [];
  const write = (how) => (_, __, address) => written.push(`${how} ${address}`);
  globalThis.location = { search: "?network=first", pathname: "/" };
  globalThis.history = { pushState: write("push"), replaceState: write("replace") };
  globalThis.addEventListener = () => {};
  const { go } = await import("./assets/shared/place.js");
  for (let update = 0; update < 100; update += 1) go({ update });
  assert.deepEqual(written.splice(0), ["replace ?network=first&update=0"]);
  now = 1000;
  mock.timers.tick(1000);
  assert.deepEqual(written.splice(0), ["replace ?network=first&update=99"]);
  go({ update: 7 });
  go({ weight: "2.0.3" });
  assert.deepEqual(written, ["replace ?network=first&update=7", "push ?network=first&weight=2-1-4&update=7"]);
});
