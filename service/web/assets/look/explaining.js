// The explanation of a weight.
import { get } from "../shared/api.js";

export async function explain(network, update, query, signal) {
  const path = `networks/${network.network}/updates/${update}:explain`;
  const { explanation, nextPosition } = await get(path, query, signal);
  return { ...explanation, nextPosition };
}
