// What the units of a network with two inputs compute at the points of a plane: decision surfaces are drawn from this.
import { postBytes } from "../shared/api.js";
import { readArrays } from "../shared/array_file.js";
import { rowsOf } from "../shared/columns.js";
import { boundsOf } from "../shared/functions.js";
import { endsOf, largest, valueAlong } from "../shared/interval.js";
import { rangeOf } from "../shared/output.js";
import { frameOf } from "../shared/plane.js";

export const CELLS = 32; // per axis; the colours between their centres are interpolated

const MOST_UNITS = 64; // of larger networks, hidden units have no surfaces

// Whether the inputs of a network are two numbers, which can be drawn.
export const isInPlane = ({ layerSizes: [inputs] }, set) => inputs === 2 && (!set?.table || set.table.inputs.every(({ categories, hasMissing }) => !categories?.length && !hasMissing));

// Whether hidden units have surfaces.
export const hasUnits = ({ layerSizes }) => layerSizes.length > 2 && layerSizes.slice(1).reduce((sum, size) => sum + size) <= MOST_UNITS;

// { outputs, layers } at an update: the values of each output, and those of each unit by layer, if units have surfaces.
// The values of a unit are those for the cells, row by row from the top.
export async function valuesAround(network, set, update, signal) {
  const points = cellsOf(frameOf(set?.examples ?? []));
  const { arrays } = readArrays(await postBytes(`networks/${network.network}:predict`, { update, ...rowsOf(network, set ?? {}, points), activations: hasUnits(network) }, signal));
  const layers = [];
  for (let layer = 1; arrays[`layer_${layer}_activations`]; layer += 1) layers.push(columnsOf(arrays[`layer_${layer}_activations`]));
  // The outputs in the units of the target columns, if these were scaled.
  return { outputs: columnsOf(arrays.values ?? arrays.outputs), layers };
}

const columnsOf = ({ shape: [rows, units], numbers }) => Array.from({ length: units }, (_, unit) => Float64Array.from({ length: rows }, (__, row) => numbers[row * units + unit]));

// The centres of all cells, row by row from the top.
export function cellsOf({ low, high }) {
  const along = (axis, step) => valueAlong((step + 0.5) / CELLS, low[axis], high[axis]);
  return Array.from({ length: CELLS * CELLS }, (_, index) => [along(0, index % CELLS), along(1, CELLS - 1 - Math.floor(index / CELLS))]);
}

// The scale of the values of an output, { low, high }: its bounds, or from 0, or around 0 if some are negative.
export function outputScale(network, values) {
  const { low, high, isBounded } = rangeOf(network);
  if (isBounded || !values) return { low, high };
  const [lowest, highest] = endsOf(values);
  const most = Math.max(-lowest, highest, 1);
  return { low: lowest < 0 ? -most : 0, high: most };
}

// The scale of the values of a hidden unit: its bounds, or around 0.
export function unitScale(network, layer, values) {
  const bounds = boundsOf(network.activations[layer - 1]);
  if (bounds) return { low: bounds[0], high: bounds[1] };
  const most = largest(values.filter(Number.isFinite)) || 1;
  return { low: -most, high: most };
}
