// The columns of a training set with a table: its rows as they were before they became inputs.
import { isOneHot } from "./class_names.js";

const isCategory = ({ categories }) => Boolean(categories?.length);

const isIndicator = (column, place, count) => column.hasMissing && place === count - 1;

// The values of a row of inputs by column: [{ name, value }]. A missing value is null.
export function valuesOf({ inputs: columns }, inputs) {
  let start = 0;
  return columns.map((column) => {
    const count = (isCategory(column) ? column.categories.length : 1) + (column.hasMissing ? 1 : 0);
    const units = inputs.slice(start, start + count);
    start += count;
    const isMissing = units.some((value, place) => isIndicator(column, place, count) && value === 1);
    if (isMissing) return { name: column.name, value: null };
    return { name: column.name, value: isCategory(column) ? column.categories[units.indexOf(1)] : units[0] };
  });
}

const MANY = 8; // targets that are not read one by one

// The class of an example, or null if its targets are numbers. A class without a name is a number from 0, and only
// that of an image or one of many: the targets of other sets without names are shown as they are.
export function classNameOf({ table, imageShape, classNames }, targets) {
  const classes = table?.targets.classes ?? classNames;
  if (classes?.length) return classes[targets.indexOf(1)];
  return (imageShape || targets.length > MANY) && isOneHot(targets) ? String(targets.indexOf(1)) : null;
}

// The fields of a request for the predictions of rows of inputs of a training set, as they are in its examples.
export function rowsOf(network, { table }, rows) {
  const isScaled = ![undefined, "SCALING_UNSPECIFIED"].includes(table?.scaling);
  const isPrepared = table && (network.preparation || isScaled || table.filling);
  if (!isPrepared) return { inputs: rows.map((values) => ({ values })) };
  const values = rows.map((row) => valuesOf(table, row));
  return {
    columns: table.inputs.map((column, place) => {
      const given = values.map((row) => row[place].value);
      if (isCategory(column)) return { name: column.name, texts: given.map((value) => value ?? "") };
      return { name: column.name, numbers: given.map((value) => value ?? "NaN") };
    }),
  };
}

// The outputs of predictions, in the units of the target columns if these were scaled.
export const outputsOf = (predictions) => predictions.map(({ outputs, values }) => (values?.length ? values : outputs));
