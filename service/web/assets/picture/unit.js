// A unit in the picture: its name and activation inside, its bias above, its logit z and delta below; and
// the targets and the cost beside the outputs.
import { html } from "../shared/html.js";
import { exact, short } from "../shared/number_format.js";
import { unitName, unitNames, unitNumber } from "../shared/unit_names.js";
import { numberWidth, textWidth } from "./boxes.js";
import { Bias } from "./weight.js";
import { classes, fitted, marks, numberText } from "./number_text.js";

// Whether a unit takes part: then its numbers are shown.
export const isInSight = ({ view, pointed }, id) => Boolean(view.lit.units.has(id) || pointed?.units?.has(id));

export function Unit({ at, style, ...all }) {
  const { view, pointed, selected } = all;
  const { halfWidth, halfHeight, rows, isNarrow, hasBiases } = style;
  const { layer, unit, x, y } = at;
  const values = view.unit(layer, unit);
  const id = `${layer}.${unit}`;
  const isLit = isInSight(all, id);
  const name = unitName(view.network, layer, unit);
  const isDropped = Boolean(layer > 0 && view.isDropped?.(layer, unit));
  const said = Object.entries(values).filter(([, value]) => value !== undefined);
  const isShort = isNarrow || halfHeight < 22;
  const font = isShort ? Math.min(style.font, 10.5) : halfHeight < 27 ? 10.5 : 11.5;
  const room = roomAt(style, NAME_AT * halfHeight + ASCENT * SMALL);
  const label = labelOf(view.network, at, { isShort, room });
  const isInside = rows === 0 && isLit && known(values).length > 0;
  const { fit } = values.a === undefined ? {} : fitted(values.a, { font, room: roomAt(style, VALUE_AT * halfHeight + font / 2) });
  return html`
    <g
      class=${classes("unit", view.lit.units.has(id) && "lit", selected === id && "selected", pointed?.units?.has(id) && "pointed", isDropped && "dropped")}
      data-unit=${id}
      role="img"
      aria-label=${`${name}${isDropped ? ", dropped" : ""}: ${said.map(([what, value]) => `${what} = ${exact(value)}`).join(", ") || "not computed yet"}`}
    >
      <title>${name}${isDropped && " (dropped)"}${said.map(([what, value]) => `\n${what} = ${exact(value)}`)}</title>
      <rect class="body moves" x=${x - halfWidth} y=${y - halfHeight} width=${2 * halfWidth} height=${2 * halfHeight} rx=${halfHeight} />
      <text class="unit-name" font-size=${isShort || widthOf(label) > SMALL * room / LARGE ? SMALL : LARGE} x=${x} y=${y - (view.hasExamples ? NAME_AT * halfHeight : -SMALL / 3)}>${isInside ? html`<${Newest} ...${{ values, halfWidth }} />` : label}</text>
      ${values.a !== undefined
        ? html`<text class="unit-value" font-size=${font} x=${x} y=${y + VALUE_AT * halfHeight} dy="0.35em" ...${marks("a", values.a)} ...${fit}>${numberText(values.a)}</text>`
        : view.hasExamples && html`<text class="unit-value none" x=${x} y=${y + VALUE_AT * halfHeight} dy="0.35em">·</text>`}
      ${layer > 0 && rows > 0 && known(values).length > 0 && html`<${Below} ...${{ at, style, values }} />`}
    </g>
    ${layer > 0 && hasBiases && html`<${Bias} at=${at} style=${style} ...${all} />`}
  `;
}

const [SMALL, LARGE] = [8.5, 9.5]; // the fonts of names, in pixels
const ASCENT = 0.7; // of a letter, relative to its font
const widthOf = (name) => 4.8 * name.length; // in the small font
const [NAME_AT, VALUE_AT] = [0.3, 0.25]; // above and below the middle of a unit, as parts of half its height
const BORDER = 2.5; // and some space

// The width inside of a unit at a distance from its middle: its ends are round.
function roomAt({ halfWidth, halfHeight }, distance) {
  const end = Math.sqrt(Math.max(0, halfHeight ** 2 - distance ** 2));
  return 2 * (halfWidth - halfHeight + end - BORDER);
}

// The name of the column or class if it fits into the unit; else its number, in the same form in all units.
function labelOf(network, at, { isShort, room }) {
  const { inputs, outputs } = unitNames(network);
  const name = at.layer === 0 ? inputs[at.unit] : at.layer === network.layerSizes.length - 1 ? outputs[at.unit] : undefined;
  const fits = (text) => widthOf(text) <= room;
  if (name && fits(name)) return name;
  const areLong = !isShort && network.layerSizes.every((count, layer) => fits(unitNumber(network, layer, count - 1)));
  return areLong ? unitNumber(network, at.layer, at.unit) : shortName(network, at);
}

// "h2", or "h1.2" with more than one hidden layer.
function shortName({ layerSizes }, { layer, unit }) {
  if (layer === 0) return `x${unit + 1}`;
  if (layer === layerSizes.length - 1) return `y${unit + 1}`;
  return layerSizes.length === 3 ? `h${unit + 1}` : `h${layer}.${unit + 1}`;
}

// z and δ as far as they are computed.
const known = ({ z, delta }) =>
  [
    ["z", z],
    ["δ", delta],
  ].filter(([, value]) => value !== undefined);

// The newer one, inside a unit without space below it.
function Newest({ values, halfWidth }) {
  const [what, value] = known(values).at(-1);
  const room = 2 * halfWidth - 14 - textWidth(2, SMALL);
  return html`<tspan ...${marks(what, value)}><tspan class="soft">${what}</tspan> <tspan ...${fitted(value, { font: SMALL, room, withSign: what === "δ" }).fit}>${numberText(value, what === "δ")}</tspan></tspan>`;
}

// z and δ, one below the other. If there is one row for them, it shows the newer one.
function Below({ at: { x, y }, style, values }) {
  const font = style.font - 1.5;
  const room = numberWidth(font);
  const shown = known(values).slice(-style.rows);
  const top = y + style.halfHeight + 11;
  const each = ([what, value], row) => {
    const withSign = what === "δ";
    return html`<tspan key=${what} x=${x} dy=${row * 12} ...${marks(what, value)}
      ><tspan class="soft">${what}</tspan> <tspan ...${fitted(value, { font, room, withSign }).fit}>${numberText(value, withSign)}</tspan></tspan
    >`;
  };
  return html`<text class="unit-below" font-size=${font} x=${x} y=${top}>${shown.map(each)}</text>`;
}

// Beside the outputs: the targets and the cost.
export function CostBox({ units, view, style }) {
  const { halfWidth, isNarrow, font } = style;
  const { example, cost } = view;
  if (!example) return null;
  const isShort = isNarrow || style.right < 120;
  const x = units[0].x + halfWidth + (isShort ? 6 : 12);
  const size = Math.min(font + 0.5, 12);
  const room = style.right - halfWidth - (isShort ? 6 + textWidth(2.5, size) : 58);
  const row = (key, y, words, what, value) => html`
    <text key=${key} class=${what === "C" ? "cost" : ""} font-size=${size} x=${x} y=${y} ...${value === undefined ? { "data-what": what, "data-exact": "" } : marks(what, value)}>
      <tspan class="soft">${words}</tspan> ${value === undefined ? "·" : html`<tspan ...${fitted(value, { font: size, room }).fit}>${numberText(value)}</tspan>`}
    </text>
  `;
  return html`
    <g class=${classes("cost-box", view.lit.isCost && "lit")}>
      ${units.map(({ y, unit }) => row(unit, y - 5, isShort ? "y" : "target y", "y", example.targets.values[unit]))}
      ${row("cost", units[0].y + 12, isShort ? "C" : "cost C", "C", cost)}
    </g>
  `;
}
