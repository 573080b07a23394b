// A canvas of cells: each shows one number by its colour, and the colour of a part that takes part has a frame.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { watchTheme } from "../shared/curve.js";
import { cellAfter, cellAt, heat } from "../shared/heat.js";
import { html } from "../shared/html.js";
import { classes } from "./number_text.js";

// `values` are `rows` × `columns` numbers, row by row, or null while there are none; those that are not numbers stay
// empty. `scale` is the size of a number in full colour. `size` is { width, height } in pixels. `marks` are cells to
// frame: without a row or a column, all of its column or row. `at` is the column of the grid. `point` receives the cell under the pointer or the
// cursor, or null; `pick` the one that is clicked.
export function Cells({ label, rows, columns, values, scale, size, isLit, className, at, marks = [], point, pick }) {
  const canvas = useRef(null);
  const [cursor, setCursor] = useState(null);
  const theme = useTheme();
  useLayoutEffect(() => paint(canvas.current, { rows, columns, values, scale, size }), [values, scale, size.width, size.height, rows, columns, theme]);
  const moveTo = (cell) => (setCursor(cell), point(cell));
  const press = (event) => {
    const after = cellAfter(event, cursor, columns, rows);
    if (after) event.stopPropagation();
    if (after) moveTo(after);
    else if (event.key === "Enter" && cursor) pick(cursor);
  };
  return html`
    <div class=${classes("cells", className, isLit && "lit")} style=${{ width: `${size.width}px`, height: `${size.height}px`, gridColumn: at }}>
      <canvas
        ref=${canvas}
        tabindex="0"
        role="img"
        aria-label=${label}
        onPointerMove=${(event) => point(cellAt(event, columns, rows))}
        onPointerLeave=${() => point(null)}
        onClick=${(event) => pick(cellAt(event, columns, rows))}
        onKeyDown=${press}
        onBlur=${() => moveTo(null)}
      ></canvas>
      ${[...marks, ...(cursor ? [cursor] : [])].map((cell, index) => html`<i key=${index} class="mark" style=${placeOf(cell, rows, columns)}></i>`)}
    </div>
  `;
}

const percent = (part) => `${100 * part}%`;

function placeOf({ row, column }, rows, columns) {
  const [top, height] = row === undefined ? [0, 1] : [row / rows, 1 / rows];
  const [left, width] = column === undefined ? [0, 1] : [column / columns, 1 / columns];
  return { top: percent(top), height: percent(height), left: percent(left), width: percent(width) };
}

// A number that changes with the theme.
function useTheme() {
  const [theme, setTheme] = useState(0);
  useEffect(() => watchTheme(() => setTheme((was) => was + 1)), []);
  return theme;
}

function paint(canvas, { rows, columns, values, scale, size }) {
  const [width, height] = [size.width, size.height].map((side) => Math.round(side * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  // Drawn by the processor, which is done with a few cells before a graphics card has begun.
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.clearRect(0, 0, width, height);
  if (!values) return;
  ctx.imageSmoothingEnabled = width < columns || height < rows;
  ctx.drawImage(heat(columns, rows, values, scale), 0, 0, width, height);
}
