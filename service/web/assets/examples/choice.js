// Which examples the gallery shows: { class, predicted, wrong }, as the address names them; classes count from 0. `of` says
// which of the set are evaluated at all: those that a run trains on, or those that it holds out. With `active`, a unit
// { layer, unit }, its largest activations are first, else the largest costs.

export const ALL = { class: undefined, predicted: undefined, wrong: undefined, order: undefined };

// The parts of a training set, by their names in the address.
export const PARTS = { training: "for training", "held-out": "held out" };

// Whether a run holds out examples of the set that it trains on.
export const isHeldOut = (run) => Boolean(run?.settings.validation?.share || run?.settings.validation?.folds);

export const choiceOf = ({ class: is, predicted, wrong, of, order, unit }, run) => ({
  class: is,
  predicted,
  wrong: wrong ? 1 : undefined,
  ...(isHeldOut(run) && of in PARTS && { of, run: run.run }),
  ...(order === "active" && { active: activeUnit(unit) }),
});

// The unit of a key, unless it is an input.
export function activeUnit(key = "") {
  const [layer, unit] = key.split(".").map(Number);
  return layer > 0 ? { layer, unit } : undefined;
}

// Whether an example is chosen, by its class and the predicted one.
export const isChosen = (choice, { trueClass, predictedClass }) =>
  (choice.class ?? trueClass) === trueClass && (choice.predicted ?? predictedClass) === predictedClass && !(choice.wrong && trueClass === predictedClass);

// The fields of a request for an evaluation.
export const fieldsOf = ({ class: trueClass, predicted: predictedClass, wrong, of, run, active }) => ({
  trueClass,
  predictedClass,
  wrongOnly: Boolean(wrong),
  ...active,
  ...(of && { part: `EXAMPLE_PART_${of.toUpperCase().replace("-", "_")}`, run }),
});
