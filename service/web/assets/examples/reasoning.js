// Which units say one class and not another one.

const MOST = 3;

// The class to compare the predicted one with: that of the example if they differ, else the one with the next largest
// output. A single output has the classes 0 and 1.
export function rival({ trueClass, predictedClass }, outputs) {
  if (trueClass !== predictedClass) return trueClass;
  if (outputs.length === 1) return 1 - predictedClass;
  return outputs.reduce((best, value, output) => (output !== predictedClass && (best === null || value > outputs[best]) ? output : best), null);
}

// The units with the largest difference between what they add to the logit of the class `is` and to that of `not`:
// [{ unit, values }]. `terms` are, for each output, what each unit adds to its logit, and last the bias.
export function strongest(terms, is, not) {
  const valuesOf = (unit) => (terms.length === 1 ? [terms[0][unit]] : [terms[is][unit], terms[not][unit]]);
  const saysHow = ([one, other]) => (terms.length === 1 ? (is === 1 ? one : -one) : one - other);
  return terms[0]
    .map((_, unit) => ({ unit, values: valuesOf(unit) }))
    .filter(({ values }) => saysHow(values) > 0)
    .sort((one, other) => saysHow(other.values) - saysHow(one.values))
    .slice(0, MOST);
}
