// Files of a network that the service exports.
import { streamAddress } from "./api.js";
import { notify } from "./notices.js";
import { hasToken } from "./token.js";

// The formats, and what each is for.
export const FORMATS = [
  ["JSON", "Everything needed to recreate the network."],
  ["NPZ", "The parameters as NumPy arrays."],
  ["ONNX", "The model for other programs."],
  ["CSV", "The cost history, one line per update."],
  ["SAFETENSORS", "The parameters for PyTorch."],
  ["C", "The model as source code in C."],
  ["PYTHON", "The model as source code in Python."],
];

// As their authors write them.
export const nameOfFormat = (format) => ({ SAFETENSORS: "safetensors", PYTHON: "Python" })[format] ?? format;

const pathOf = (network) => `networks/${network}:export`;
const queryOf = (update, format) => ({ format: `EXPORT_FORMAT_${format}`, update });

export const exportAddress = (network, update, format) => `/v1/${pathOf(network)}?${new URLSearchParams(queryOf(update, format))}`;

// Downloads on a click of a link to this address, which sends no token: with one, its address needs a ticket.
export async function download(event, network, update, format) {
  if (!hasToken()) return;
  event.preventDefault();
  try {
    location.assign(await streamAddress(pathOf(network), queryOf(update, format)));
  } catch (error) {
    notify(error);
  }
}
