// Which examples the gallery shows: { class, predicted, wrong }, as the address names them; classes count from 0.

export const ALL = { class: undefined, predicted: undefined, wrong: undefined };

export const choiceOf = ({ class: is, predicted, wrong }) => ({ class: is, predicted, wrong: wrong ? 1 : undefined });

// Whether an example is chosen, by its class and the predicted one.
export const isChosen = (choice, { trueClass, predictedClass }) =>
  (choice.class ?? trueClass) === trueClass && (choice.predicted ?? predictedClass) === predictedClass && !(choice.wrong && trueClass === predictedClass);

// The fields of a request for an evaluation.
export const fieldsOf = ({ class: trueClass, predicted: predictedClass, wrong }) => ({ trueClass, predictedClass, wrongOnly: Boolean(wrong) });
