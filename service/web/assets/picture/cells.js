// A canvas of cells: each shows one number by its colour, and the colour of a part that takes part has a frame.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { colour, watchTheme } from "../shared/curve.js";
import { cellAfter, cellAt, heat } from "../shared/heat.js";
import { html } from "../shared/html.js";
import { contextOf, newCrossFade } from "./cross_fade.js";
import { classes } from "./number_text.js";

// `values` are `rows` × `columns` numbers, row by row, or null while there are none; those that are not numbers stay
// empty; `version` changes if they do, in the same array. `isAgain` says that the same numbers are shown again and again,
// `isMoving` that others follow soon, to which the colours fade.
// `scale` is the size of a number in full colour. `size` is { width, height } in pixels; without it, that of the
// style. `frames` are boxes of cells with a thin frame. `marks` are boxes to frame: without a row or a column, all of its
// column or row; without a width or a height, of one cell; `isNow` says that it takes part at this moment. `isCell` says whether a cell has a number that can be read,
// `start` is where the keyboard begins. `at` is the column of the grid. `point` receives the cell under the pointer or the
// cursor, or null; `pick` the one that is clicked.
export function Cells({ label, rows, columns, values, version, isAgain, isMoving, scale, size, frames, isLit, className, at, marks = [], isCell = always, start, point, pick }) {
  const canvas = useRef(null);
  const [cursor, setCursor] = useState(null);
  const theme = useTheme();
  const own = useOwnSize(canvas, !size);
  const { width, height } = size ?? own;
  const fade = useFade();
  const painted = useRef(null);
  useLayoutEffect(() => {
    const isNext = painted.current !== null && painted.current !== values;
    painted.current = values;
    paint(canvas.current, { rows, columns, values, isAgain, scale, frames, width, height }, fade, isMoving && isNext);
  }, [values, version, scale, width, height, rows, columns, frames, theme]);
  const moveTo = (cell) => (setCursor(cell), point(cell));
  const press = (event) => {
    const after = nextCell(event, cursor ?? start, columns, rows, isCell);
    if (after) event.stopPropagation();
    if (after) moveTo(after);
    else if (event.key === "Enter" && cursor) pick(cursor);
  };
  return html`
    <div class=${classes("cells", className, isLit && "lit")} style=${size ? { width: `${width}px`, height: `${height}px`, gridColumn: at } : `--columns:${columns};--rows:${rows}`}>
      <canvas
        ref=${canvas}
        tabindex="0"
        role="img"
        aria-label=${label}
        onPointerMove=${(event) => point(cellAt(event, columns, rows))}
        onPointerLeave=${() => point(null)}
        onClick=${(event) => isCell(cellAt(event, columns, rows)) && pick(cellAt(event, columns, rows))}
        onKeyDown=${press}
        onBlur=${() => moveTo(null)}
      ></canvas>
      ${[...marks, ...(cursor ? [cursor] : [])].map((cell, index) => html`<i key=${index} class=${classes("mark", cell.isNow && "now")} style=${placeOf(cell, rows, columns)}></i>`)}
    </div>
  `;
}

// Cells that only show their numbers, in a size in pixels.
export function Still({ label, rows, columns, values, scale, width, height }) {
  const canvas = useRef(null);
  const theme = useTheme();
  const fade = useFade();
  useLayoutEffect(() => paint(canvas.current, { rows, columns, values, scale, width, height }, fade), [values, scale, width, height, theme]);
  return html`<canvas ref=${canvas} class="still-cells" role="img" aria-label=${label} style=${{ width: `${width}px`, height: `${height}px` }}></canvas>`;
}

const always = () => true;

// The next cell that can be read; undefined if the key moves to none.
function nextCell(event, cell, columns, rows, isCell) {
  let after = cellAfter(event, cell, columns, rows);
  while (after && !isCell(after)) {
    const next = cellAfter(event, after, columns, rows); // over a gap
    if (next.row === after.row && next.column === after.column) return undefined;
    after = next;
  }
  return after;
}

const percent = (part) => `${100 * part}%`;

function placeOf({ row, column, width = 1, height = 1 }, rows, columns) {
  const [top, tall] = row === undefined ? [0, 1] : [row / rows, height / rows];
  const [left, wide] = column === undefined ? [0, 1] : [column / columns, width / columns];
  return { top: percent(top), height: percent(tall), left: percent(left), width: percent(wide) };
}

const UNKNOWN = { width: 0, height: 0 };

// The size that the style gives to a canvas.
function useOwnSize(canvas, isWanted) {
  const [size, setSize] = useState(UNKNOWN);
  useLayoutEffect(() => {
    if (!isWanted) return undefined;
    const measure = () => setSize(({ width, height }) => (width === canvas.current.clientWidth && height === canvas.current.clientHeight ? { width, height } : { width: canvas.current.clientWidth, height: canvas.current.clientHeight }));
    const observer = new ResizeObserver(measure);
    observer.observe(canvas.current);
    measure();
    return () => observer.disconnect();
  }, [isWanted]);
  return size;
}

function useFade() {
  const fade = useRef(null);
  fade.current ??= newCrossFade();
  useEffect(() => fade.current.end, []);
  return fade.current;
}

// A number that changes with the theme.
function useTheme() {
  const [theme, setTheme] = useState(0);
  useEffect(() => watchTheme(() => setTheme((was) => was + 1)), []);
  return theme;
}

// Draws at once, or by a fade if others follow soon.
function paint(canvas, { width, height, ...shown }, fade, isMoving) {
  const size = { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
  if (!size.width || !size.height) return;
  const isResized = canvas.width !== size.width || canvas.height !== size.height;
  if (isResized) Object.assign(canvas, size);
  fade.show(canvas, isMoving && !isResized, (ctx) => draw(ctx, { ...shown, ...size }));
}

function draw(ctx, { rows, columns, values, scale, frames = [], isAgain, width, height }) {
  if (!values) return;
  if (isAgain && rows * columns >= MANY) ctx.drawImage(keptImage({ rows, columns, values, scale, width, height }), 0, 0);
  else drawHeat(ctx, { rows, columns, values, scale, width, height });
  const [across, down] = [width / columns, height / rows];
  ctx.strokeStyle = colour("--line");
  ctx.lineWidth = devicePixelRatio;
  for (const box of frames) ctx.strokeRect(box.column * across, box.row * down, box.width * across, box.height * down);
}

function drawHeat(ctx, { rows, columns, values, scale, width, height }) {
  ctx.imageSmoothingEnabled = width < columns || height < rows;
  ctx.drawImage(heat(columns, rows, values, scale), 0, 0, width, height);
}

const MANY = 50000; // cells, which take milliseconds
const images = new WeakMap(); // the last image of such numbers, as long as these are in memory

function keptImage({ values, scale, width, height, ...rest }) {
  const key = [width, height, scale, colour("--negative"), colour("--positive")].join();
  let kept = images.get(values);
  if (kept?.key !== key) {
    kept = { key, image: new OffscreenCanvas(width, height) };
    drawHeat(contextOf(kept.image), { values, scale, width, height, ...rest });
    images.set(values, kept);
  }
  return kept.image;
}
