// The weights into one unit as the image that its inputs are, small and still; channels are beside each other. The largest
// weight of the unit has the full colour, so that its pattern can be seen.
import { useMemo } from "preact/hooks";
import { html } from "../shared/html.js";
import { largest } from "../shared/interval.js";
import { Still } from "./cells.js";

// `shape` is that of the inputs, `layer` has the weights; `side` is in pixels.
export function WeightImage({ shape: { height, width, channels }, layer: { inputs, weights }, unit, side, label }) {
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
  return html`<${Still} ...${{ label, rows: height, columns, values, scale: largest(values) || 1, width: columns * cell, height: height * cell }} />`;
}
