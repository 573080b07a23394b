// A curve over the updates, by uPlot: click to select an update, drag to zoom, double-click to zoom out.
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { html } from "./html.js";
import { endsOf, valueAlong } from "./interval.js";
import { newMotion } from "./motion.js";
import { short, whole } from "./number_format.js";
import { useEnlargement } from "./presenting.js";

// The current value of a colour of the theme, for canvases.
export function colour(name) {
  if (!colours.has(name)) {
    probe.style.color = `var(${name})`;
    colours.set(name, getComputedStyle(probe).color); // this makes the browser compute the styles of the page
  }
  return colours.get(name);
}

// A font of the theme, for canvases: "--type-2" → "12px …".
export function font(type, weight = 400) {
  probe.style.fontSize = `var(${type})`;
  return `${weight} ${getComputedStyle(probe).fontSize} system-ui, sans-serif`;
}

const colours = new Map(); // until the theme changes
const probe = document.head.appendChild(document.createElement("i"));
watchTheme(() => colours.clear());

// `xs` are numbers of updates, `lines` [{ name, ys, stroke: the name of a colour, dash, width }], each `ys`
// as long as `xs`, which are numbers of another kind unless `isWhole`: null is a gap, undefined is not; `marks` are updates with × at the top; `best` is a point
// [update, value] with a diamond; `at` is the selected update, which glides to the next one in a film that `isMoving`.
export function Curve({ xs, lines, marks = [], best, at, isMoving, onPick, onZoom, height = 200, label, scale = "linear", isWhole = true }) {
  const large = useEnlargement();
  const box = useRef(null);
  const plot = useRef(null);
  const now = useRef({});
  const { data, exponent } = useMemo(() => scaled(xs, lines, scale), [xs, lines, scale]);
  const [mark, motion] = [useRef(at), useRef(null)];
  motion.current ??= newMotion();
  now.current = { mark, marks, best, exponent, scale, onPick, onZoom };
  // A new number of lines or another scale needs a new plot; new points do not.
  const shape = `${scale} ${isWhole} ${lines.map(({ name, stroke, width }) => `${name} ${stroke} ${width}`)}`;

  useLayoutEffect(() => {
    const parent = box.current;
    const made = new uPlot(options(parent, { lines, scale, isWhole, large, now }), data, parent);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: parent.clientHeight }));
    resized.observe(parent);
    const themed = watchTheme(() => made.redraw(false));
    return () => {
      resized.disconnect();
      themed();
      made.destroy();
    };
  }, [shape, large]);
  useEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => plot.current?.redraw(false), [marks, best]);
  useEffect(() => {
    const from = mark.current;
    if (from === at) return;
    motion.current.show(isMoving, (part) => {
      mark.current = part < 1 ? valueAlong(part, from, at) : at;
      redrawMark(plot.current, now.current);
    });
  }, [at]);
  useEffect(() => motion.current.end, []);

  return html`<div class="curve" style=${{ height: `${height / 16}rem` }} role="img" aria-label=${label} ref=${box}></div>`;
}

// uPlot computes differences, which can overflow, and has no ticks for huge and tiny numbers: these are
// divided by a power of ten, which the labels of the ticks include.
function scaled(xs, lines, scale) {
  if (scale === "log") return { data: [xs, ...lines.map(({ ys }) => ys.map(heightInPowers))], exponent: 0 };
  const [low, high] = endsOf(lines.flatMap(({ ys }) => ys));
  const power = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high)) || 1));
  const exponent = power > 11 || power < -20 ? Math.max(power, -300) : 0;
  const divided = (ys) => (exponent ? ys.map((y) => y && y / 10 ** exponent) : ys);
  return { data: [xs, ...lines.map(({ ys }) => divided(ys))], exponent };
}

function options(box, { lines, scale, isWhole, large, now }) {
  const axis = { stroke: () => colour("--ink-soft"), font: font("--type-2") };
  const rule = { stroke: () => colour("--line"), width: 1 };
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    legend: { show: false },
    padding: [null, 26 * large, null, null], // half of the last number
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: { x: { time: false }, y: scale === "log" ? { range: (_, low, high) => powersAround(low, high) } : { range: (_, low, high) => roomy(low, high) } },
    axes: [
      { ...axis, grid: rule, ticks: rule, size: 28 * large, space: 90 * large, values: (_, ticks) => (isWhole ? ticks.map(tickOf) : heightsOf(ticks)) },
      { ...axis, grid: rule, ticks: rule, size: (_, texts) => large * widthOf(texts), ...(scale === "log" ? POWERS : heightsWith(now)) },
    ],
    series: [
      {},
      ...lines.map(({ name, stroke, dash, width = 1.5 }) => ({
        label: name,
        stroke: () => colour(stroke),
        width,
        dash,
        points: { show: (u) => u.data[0].length < 40, size: 5, fill: () => colour(stroke) },
      })),
    ],
    hooks: {
      draw: [(u) => drawMarks(u, now.current.marks), keep, (u) => drawMark(u, now.current), (u) => drawBest(u, now.current)],
      ready: [(u) => listen(u, now)],
      setSelect: [(u) => zoomed(u, now)],
    },
  };
}

const [LETTER, BESIDE, LEAST] = [7, 20, 40]; // pixels

// The width of an axis: that of its longest label.
const widthOf = (texts) => Math.max(LEAST, BESIDE + LETTER * Math.max(0, ...(texts ?? []).map(({ length }) => length)));

const tickOf = (tick) => (Number.isInteger(tick) ? whole(tick) : "");

const heightsWith = (now) => ({ values: (_, ticks) => heightsOf(ticks).map((text) => withExponent(text, now.current.exponent)) });

const withExponent = (text, exponent) => (exponent && text && Number(text) !== 0 ? `${text}e${minus(String(exponent))}` : text);

// Logarithmic curves are drawn by their powers of ten: uPlot's own scale has no ticks for a range of hundreds of them.
const heightInPowers = (y) => (typeof y !== "number" ? y : y > 0 ? Math.log10(y) : null);

// From a power of ten to a power of ten.
function powersAround(low, high) {
  if (low === null) return [-1, 0];
  const first = Math.floor(low);
  return [first, Math.max(Math.ceil(high), first + 1)];
}

// Powers of ten, few enough to be readable.
const POWERS = {
  splits: (_, __, low, high) => {
    const step = Math.max(1, Math.ceil((high - low) / 6));
    return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => low + index * step);
  },
  values: (_, ticks) => ticks.map((power) => (Math.abs(power) <= 3 ? String(Number((10 ** power).toPrecision(1))) : `1e${minus(String(power))}`)),
};

// Labels with as many decimals as the ticks need.
function heightsOf(ticks) {
  const shown = ticks.filter((tick) => tick !== null);
  const apart = Math.min(Math.abs(shown[0]) || 1, ...shown.slice(1).map((tick, index) => tick - shown[index]));
  const isExact = (decimals) => shown.every((tick) => Math.abs(tick - Number(tick.toFixed(decimals))) < 1e-6 * apart);
  const decimals = [0, 1, 2, 3, 4, 5, 6].find(isExact);
  const isPlain = decimals !== undefined && shown.every((tick) => Math.abs(tick) < 1e5);
  return ticks.map((tick) => (tick === null ? "" : isPlain ? minus(tick.toFixed(decimals)) : short(tick)));
}

const minus = (text) => text.replace("-", "−");

// A flat curve needs a height too; the axis starts at 0 if that is near.
function roomy(low, high) {
  if (low === null || (low === 0 && high === 0)) return [0, 1];
  const room = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.06;
  return [low >= 0 && low < (high - low) * 0.5 ? 0 : low - room, high + room];
}

const withoutMark = new WeakMap(); // canvases, by plots whose mark has moved

function keep(u) {
  const kept = withoutMark.get(u);
  if (!kept) return;
  Object.assign(kept, { width: u.ctx.canvas.width, height: u.ctx.canvas.height });
  kept.getContext("2d").drawImage(u.ctx.canvas, 0, 0);
}

// The selected update changes with each frame of a film: the curve and its labels, which take longer to draw, stay.
function redrawMark(u, now) {
  const kept = withoutMark.get(u);
  if (!kept?.width) {
    withoutMark.set(u, new OffscreenCanvas(0, 0));
    u.redraw(false);
    return;
  }
  u.ctx.clearRect(0, 0, kept.width, kept.height);
  u.ctx.drawImage(kept, 0, 0);
  drawMark(u, now);
  drawBest(u, now);
}

function drawMark(u, { mark: { current: at } }) {
  const { min, max } = u.scales.x;
  if (at === undefined || at < min || at > max) return;
  const x = Math.round(u.valToPos(at, "x", true));
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = colour("--now");
  ctx.fillStyle = colour("--now");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(x, bbox.top, 5 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
}

// × at the top edge: the updates whose values cannot be drawn.
function drawMarks(u, marks) {
  const { ctx, bbox } = u;
  const half = 4 * devicePixelRatio;
  const y = bbox.top + half + 2;
  ctx.save();
  ctx.strokeStyle = colour("--bad");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  for (const mark of marks) {
    const x = Math.round(u.valToPos(mark, "x", true));
    for (const way of [1, -1]) {
      ctx.moveTo(x - half, y - way * half);
      ctx.lineTo(x + half, y + way * half);
    }
  }
  ctx.stroke();
  ctx.restore();
}

function drawBest(u, { best, exponent, scale }) {
  const { min, max } = u.scales.x;
  if (!best || best[0] < min || best[0] > max) return;
  const [x, y] = [u.valToPos(best[0], "x", true), u.valToPos(scale === "log" ? heightInPowers(best[1]) : best[1] / 10 ** exponent, "y", true)];
  const half = 6 * devicePixelRatio;
  const { ctx } = u;
  ctx.save();
  ctx.fillStyle = colour("--good");
  ctx.strokeStyle = colour("--paper");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, y - half);
  for (const [dx, dy] of [[half, 0], [0, half], [-half, 0]]) ctx.lineTo(x + dx, y + dy);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

function listen(u, now) {
  u.over.addEventListener("click", (event) => {
    const moved = u.select.width > 2;
    if (!moved) now.current.onPick?.(Math.round(u.posToVal(event.offsetX, "x")));
  });
  u.over.addEventListener("dblclick", () => now.current.onZoom?.(null));
}

function zoomed(u, now) {
  const { left, width } = u.select;
  if (width <= 2) return;
  const from = Math.floor(u.posToVal(left, "x"));
  const to = Math.ceil(u.posToVal(left + width, "x"));
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (to > from) now.current.onZoom?.({ from, to });
}

// Canvases do not follow changes of the theme automatically.
export function watchTheme(redraw) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(redraw);
  system.addEventListener("change", redraw);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", redraw);
    chosen.disconnect();
  };
}

