// Generators of training sets: the fields of the form, and the requests that they make.
import { post } from "../shared/api.js";
import { numberOrText } from "../shared/number_input.js";

export const GENERATED = "generated points"; // no id of a training set contains a space

export const GENERATORS = {
  GENERATOR_KIND_CIRCLE: "Circle",
  GENERATOR_KIND_MOONS: "Moons",
  GENERATOR_KIND_SPIRAL: "Spiral",
  GENERATOR_KIND_GAUSS: "Gauss",
  GENERATOR_KIND_QUADRANTS: "Quadrants",
  GENERATOR_KIND_PLANE: "Plane",
  GENERATOR_KIND_PEAKS: "Peaks",
};

// The fields of the form, and those of the contract for which they stand.
export const GENERATED_FIELDS = { generator: "GENERATOR_KIND_SPIRAL", points: "200", noise: "0.1", pointSeed: "1" };
export const GENERATED_PLACES = [
  [/^generator\.kind/, "generator"],
  [/^generator\.example_?count/i, "points"],
  [/^generator\.noise/, "noise"],
  [/^generator\.seed/, "pointSeed"],
];

export const generatorOf = ({ generator, points, noise, pointSeed }) => ({
  kind: generator,
  exampleCount: numberOrText(points),
  noise: numberOrText(noise),
  ...(pointSeed.trim() && { seed: numberOrText(pointSeed) }),
});

// The set that the fields describe: one of `sets` if it was made before. { set, isNew }. Its seed is that of the points
// that were shown, `preview`, if the service chose it.
export async function generatedSet(values, sets, preview) {
  const generator = { seed: preview?.generator.seed, ...generatorOf(values) };
  const known = sets.find((set) => set.generator && isSame(set.generator, generator));
  if (known) return { set: known, isNew: false };
  const trainingSet = freeName(generator.kind, new Set(sets.map((set) => set.trainingSet)));
  return { set: (await post("trainingSets", { trainingSet, generator })).trainingSet, isNew: true };
}

const isSame = (made, { kind, exampleCount, noise, seed }) =>
  made.kind === kind && made.exampleCount === exampleCount && made.noise === noise && made.seed === String(seed);

// The name of a generator, with a number if sets have it.
function freeName(kind, names) {
  const name = GENERATORS[kind].toLowerCase();
  let number = 1;
  while (names.has(number === 1 ? name : `${name}-${number}`)) number += 1;
  return number === 1 ? name : `${name}-${number}`;
}
