// A weight in the picture: a line whose width shows the size of the weight, whose colour and dashes show
// its sign, and a number on it. A bias is a number above its unit.
import { go } from "../shared/place.js";
import { html } from "../shared/html.js";
import { exact } from "../shared/number_format.js";
import { keyAt, parameterOf } from "../shared/parameters.js";
import { parameterName } from "../shared/unit_names.js";
import { numberWidth, textWidth } from "./boxes.js";
import { classes, fitted, numberText } from "./number_text.js";

const isBias = (key) => parameterOf(key).input === undefined;

export const keyOfLine = ({ from, to }) => keyAt(to.layer, to.unit, from.unit);

// The classes of a parameter's elements.
function stateOf({ view, weight, pointed }, key) {
  return classes(
    view.weight(key) < 0 ? "negative" : "positive",
    view.lit.weights.has(key) && "lit",
    weight === key && "selected",
    pointed?.weights?.has(key) && "pointed",
    view.isAfter(key) && "new",
  );
}

export const takesPart = (all, key) => /lit|selected|pointed/.test(stateOf(all, key));

// The attributes that make a parameter a button: a click selects it, another one clears the selection. Where nothing can
// be selected, `view.isFixed`, it is an image.
function button({ view, weight, setPointed }, key) {
  const choose = () => go({ weight: weight === key ? undefined : key });
  const point = () => setPointed({ weights: new Set([key]), units: new Set() });
  const leave = () => setPointed(null);
  const value = exact(view.weight(key));
  const shown = {
    role: "img",
    "data-weight": key,
    "data-exact": value,
    "aria-label": `${isBias(key) ? "" : "weight "}${parameterName(view.network, parameterOf(key))} = ${value}`,
    onMouseEnter: point,
    onMouseLeave: leave,
  };
  if (view.isFixed) return shown;
  return {
    ...shown,
    role: "button",
    tabindex: 0,
    "aria-pressed": weight === key,
    onClick: choose,
    onKeyDown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose()),
    onFocus: point,
    onBlur: leave,
  };
}

export function Line({ line, ...all }) {
  const key = keyOfLine(line);
  const value = all.view.weight(key);
  const { from, to } = line;
  const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  return html`
    <g class=${classes("weight-line", stateOf(all, key))} ...${button(all, key)}>
      <title>${parameterName(all.view.network, parameterOf(key))} = ${exact(value)}</title>
      <line class="hit" ...${ends} />
      <line class="glow" ...${ends} />
      <line class="stroke moves" ...${ends} stroke-width=${0.8 + 6.2 * Math.min(1, Math.abs(value) / all.scale)} />
    </g>
  `;
}

export function Label({ line, part, font, ...all }) {
  const { view } = all;
  const key = keyOfLine(line);
  const { from, to } = line;
  const value = view.weight(key);
  const { width, fit } = fitted(value, { font, room: numberWidth(font), withSign: true });
  const beside = value < 0 ? 6 : 3; // the last dash of a line is apart from the minus
  const [x, y] = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part];
  const turn = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return html`
    <g class=${classes("weight-label", stateOf(all, key))} transform=${`translate(${x} ${y}) rotate(${turn.toFixed(2)})`} aria-hidden="true">
      <rect x=${-width / 2 - beside} y=${-font / 2 - 2.5} width=${width + 2 * beside} height=${font + 5} rx="4" />
      <text dy="0.35em" font-size=${font} ...${fit}>${view.isSecret(key) ? "?" : numberText(value, true)}</text>
    </g>
  `;
}

export function Bias({ at, style, ...all }) {
  const key = keyAt(at.layer, at.unit);
  const value = all.view.weight(key);
  const font = style.font - 1.5;
  const room = numberWidth(font, 2) - textWidth(2, font);
  const { fit } = fitted(value, { font, room, withSign: true });
  return html`
    <text
      class=${classes("weight-label bias", stateOf(all, key))}
      x=${at.x}
      y=${at.y - style.halfHeight - 4}
      font-size=${font}
      ...${button(all, key)}
    >
      <title>${parameterName(all.view.network, parameterOf(key))} = ${exact(value)}</title>
      b <tspan ...${fit}>${all.view.isSecret(key) ? "?" : numberText(value, true)}</tspan>
    </text>
  `;
}
