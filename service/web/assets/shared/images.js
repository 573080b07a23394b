// Examples whose inputs are images: a pixel for each input, or for three of them in colour.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { cellAfter, cellAt } from "./heat.js";
import { html } from "./html.js";
import { exact } from "./number_format.js";

const FULL = 255;
const OPAQUE = FULL << 24;

// The inputs of an example as an image of the shape { height, width, channels } of its training set. `range` is that
// of the examples beside it; `name` is what the image is of. The number of a pixel is shown where one points at it.
export function ExampleImage({ shape, values, range, name }) {
  const canvas = useRef(null);
  const [cell, setCell] = useState(null);
  const { height, width } = shape;
  useLayoutEffect(() => paint(canvas.current, shape, values, range), [shape, values, range]);
  const press = (event) => {
    const after = cellAfter(event, cell, width, height);
    if (after) setCell(after);
  };
  return html`
    <span class="example-image" style=${`--columns:${width};--rows:${height}`}>
      <canvas
        ref=${canvas}
        width=${width}
        height=${height}
        tabindex="0"
        role="img"
        aria-label=${`Image of ${name}, ${height} × ${width} pixels. Use the arrow keys to read single ones.`}
        onPointerMove=${(event) => setCell(cellAt(event, width, height))}
        onPointerLeave=${() => setCell(null)}
        onKeyDown=${press}
        onBlur=${() => setCell(null)}
      ></canvas>
      ${cell && html`<${Pixel} shape=${shape} values=${values} ...${cell} />`}
    </span>
  `;
}

// The numbers of a pixel, and its frame.
function Pixel({ shape: { height, width, channels }, values, row, column }) {
  const first = (row * width + column) * channels;
  const percent = (part) => `${100 * part}%`;
  const place = { top: percent(row / height), height: percent(1 / height), left: percent(column / width), width: percent(1 / width) };
  return html`
    <i class="mark" style=${place}></i>
    <span class="small pixel" aria-live="polite">
      Row ${row + 1}, column ${column + 1}: ${values.slice(first, first + channels).map(exact).join(", ")}
    </span>
  `;
}

function paint(canvas, { height, width, channels }, values, { low, high }) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const level = (index) => Math.round((FULL * (values[index] - low)) / (high - low)) || 0; // a missing one is black
  for (let pixel = 0; pixel < pixels.length; pixel += 1) {
    const [red, green, blue] = [0, 1, 2].map((channel) => level(pixel * channels + (channels === 1 ? 0 : channel)));
    pixels[pixel] = red | (green << 8) | (blue << 16) | OPAQUE;
  }
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(image, 0, 0);
}
