// The address of the page: it names everything that the page shows, so a link opens exactly this view.
//
//   mode      look, train, compare, networks or lessons
//   network   the network's id
//   update    the number of the selected update; absent: the latest
//   example   the example in the batch, from 1
//   line      the executed line, from 1; it determines the phase
//   weight    layer-unit-input, all from 1, as in `clearprop explain`; layer-unit-bias is a bias
//   unit      layer-unit, units from 1; layer 0 are the inputs
//   class     the class of the examples in the gallery, from 0
//   predicted the class that the network predicts for them, from 0
//   wrong     1: only wrong ones are in the gallery
//   of        training or held-out: the examples of the run that are evaluated; absent: all of the set
//   order     active: the gallery begins with the examples for which the unit is most active
//   examples  the number of examples in the gallery
//   layer     the layer of the projection; 0 are the inputs
//   axes      the update whose axes the projection has
//   point     the example that is followed in the projection, from 1
//   zoom      first-last: the updates that the curves show
//   scale     log: costs are drawn by their logarithms
//   smoothing off, weak or strong: of the cost curve
//   over-time 1: layers over time are open
//   base      the other update of a comparison
//   other     the other network of a comparison
//   where     the filter of the list of networks
//   sort      the column that sorts it; with - before it, in reverse
//   selected  the networks that are selected in it, with commas between them
//   of-lessons 1: the list has the networks of lessons, too
//   by        epoch or time: what their curves are drawn by
//   lesson    a lesson; absent: the list of them
//   part      the part of the lesson, from 1
//   embed     1: without controls that change something, for a frame of another page
//
// Older addresses count from 0: `position`, `step`, and `weight` with dots, in which `b` is a bias.

const OF_CURVES = ["scale", "smoothing"];
const OF_LIST = ["where", "sort", "selected", "of-lessons", "by", "scale"];
const OF_LESSON = ["lesson", "part"];
const OF_RUN = ["class", "predicted", "wrong", "examples", "layer", "axes", "over-time"];
const TEXTS = ["mode", "network", "other", "lesson", "embed", "of", "order", "where", "sort", "selected", "by", ...OF_CURVES];
const NUMBERS = ["update", "base", "position", "step", "of-lessons", ...OF_RUN];
const FROM_ONE = { example: "position", line: "step", part: "part", point: "point" };
const MORE = { networks: OF_LIST, train: ["of", "order", ...OF_RUN, "point", "zoom", ...OF_CURVES] }; // what only these modes show

// Returns what an address names, as the page uses it: positions, steps, units and inputs from 0.
export function placeOf(search) {
  const query = new URLSearchParams(search);
  const place = { mode: "look" };
  for (const name of TEXTS) if (query.has(name)) place[name] = query.get(name);
  for (const name of NUMBERS) setNumber(place, name, query.get(name), 0);
  for (const [name, part] of Object.entries(FROM_ONE)) setNumber(place, part, query.get(name), 1);
  if (/^\d{1,15}-\d{1,15}$/.test(query.get("zoom"))) place.zoom = rangeOf(query.get("zoom"));
  if (/^\d+-[1-9]\d*$/.test(query.get("unit"))) place.unit = unitKey(query.get("unit"), -1);
  if (query.get("weight")) place.weight = keyOfWeight(query.get("weight"));
  return place;
}

export function searchOf(place) {
  const query = new URLSearchParams();
  for (const name of namesIn(place.mode)) {
    const text = textOf(place, name);
    if (text !== "" && !(name === "mode" && text === "look")) query.set(name, text);
  }
  const text = query.toString();
  return text && `?${text}`;
}

function namesIn(mode) {
  if (mode === "lessons") return ["mode", ...OF_LESSON, "embed"];
  return ["mode", "network", "weight", "unit", "other", "update", "example", "line", "base", "embed", ...(MORE[mode] ?? [])];
}

function rangeOf(text) {
  const [from, to] = text.split("-").map(Number);
  return { from, to };
}

// "2.0.3" → "2-1-4"
export function weightText(key) {
  return key.replace(/^(\d+)\.(\d+)\.(\d+|bias)$/, (_, layer, unit, input) =>
    [layer, Number(unit) + 1, input === "bias" ? input : Number(input) + 1].join("-"),
  );
}

// "2.0" → "2-1", or with −1 in reverse
function unitKey(text, shift) {
  const [layer, unit] = text.split(/[.-]/).map(Number);
  return [layer, unit + shift].join(shift > 0 ? "-" : ".");
}

// "2-1-4" → "2.0.3"
function keyOfWeight(text) {
  return text
    .replace(/\.b$/, ".bias")
    .replace(/^(\d+)-([1-9]\d*)-([1-9]\d*|bias)$/, (_, layer, unit, input) =>
      [layer, unit - 1, input === "bias" ? input : input - 1].join("."),
    );
}

function setNumber(place, name, text, first) {
  if (/^\d{1,15}$/.test(text ?? "") && Number(text) >= first) place[name] = Number(text) - first;
}

function textOf(place, name) {
  const value = place[FROM_ONE[name] ?? name] ?? "";
  if (value === "") return "";
  if (name === "weight") return weightText(value);
  if (name === "unit") return unitKey(value, 1);
  if (name === "zoom") return `${value.from}-${value.to}`;
  return String(name in FROM_ONE ? value + 1 : value);
}
