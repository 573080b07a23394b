// The state of a network at an update, with its numbers as arrays of float64. As JSON, a million of them would block
// the page while they are read.
import { getBytes } from "./api.js";

const LENGTH = 8; // bytes of the number before the header

// { layers, gradients, kind, run, epoch, … }: as in the contract; `gradients` with the view FULL, for an update with a
// batch.
export async function getState(network, query, signal) {
  const bytes = await getBytes(`networks/${network}/state`, query, signal);
  const size = Number(new DataView(bytes).getBigUint64(0, true));
  const { __metadata__: notes, ...arrays } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, LENGTH, size)));
  const numbers = (name) => {
    const [start, end] = arrays[name]?.data_offsets ?? [0, 0];
    return new Float64Array(bytes, LENGTH + size + start, (end - start) / Float64Array.BYTES_PER_ELEMENT);
  };
  const layersOf = (weights, biases) => {
    const found = [];
    for (let layer = 1; arrays[`layer_${layer}_${weights}`]; layer += 1) {
      const [units, inputs] = arrays[`layer_${layer}_${weights}`].shape;
      found.push({ units, inputs, weights: numbers(`layer_${layer}_${weights}`), biases: numbers(`layer_${layer}_${biases}`) });
    }
    return found;
  };
  return { ...notes, layers: layersOf("weights", "biases"), gradients: layersOf("weight_gradients", "bias_gradients") };
}
