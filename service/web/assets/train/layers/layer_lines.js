// Each layer has the same name, colour and dashes in all drawings.
import { layerName } from "../../shared/unit_names.js";

const COLOURS = ["--accent", "--negative", "--good"];
const DASHES = [undefined, [6, 3], [2, 2]];

export const strokeOf = (index) => COLOURS[index % COLOURS.length];
export const dashOf = (index) => DASHES[Math.floor(index / COLOURS.length) % DASHES.length];

// "Hidden layer 2"
export function layerTitle(network, layer) {
  const name = layerName(network, layer);
  return name[0].toUpperCase() + name.slice(1);
}
