// The weights into one unit as the image that its inputs are, small and still; channels are beside each other.
import { useMemo } from "preact/hooks";
import { html } from "../shared/html.js";
import { Still } from "./cells.js";

// `shape` is that of the inputs, `layer` has the weights, `scale` is the size of one in full colour; `side` is in pixels.
export function WeightImage({ shape: { height, width, channels }, layer: { inputs, weights }, unit, scale, side, label }) {
  const columns = width * channels;
  const values = useMemo(() => {
    const own = new Float32Array(height * columns);
    for (let input = 0; input < inputs; input += 1) {
      const pixel = Math.floor(input / channels);
      own[Math.floor(pixel / width) * columns + (input % channels) * width + (pixel % width)] = weights[unit * inputs + input];
    }
    return own;
  }, [weights, unit, height, columns]);
  const cell = side / Math.max(height, width);
  return html`<${Still} ...${{ label, rows: height, columns, values, scale, width: columns * cell, height: height * cell }} />`;
}
