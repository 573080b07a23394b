// The norms of gradients and updates, and the units that do not learn: a line per layer.
import { useMemo } from "preact/hooks";
import { Curve } from "../../shared/curve.js";
import { html } from "../../shared/html.js";
import { isNonFinite } from "../../shared/non_finite.js";
import { dashOf, layerTitle, strokeOf } from "./layer_lines.js";

const HEIGHT = 150;

export function Norms({ network, points, numbers, bins, at, onPick, onZoom }) {
  const drawn = useMemo(() => PLOTS.map((plot) => ({ ...plot, ...linesOf(plot, network, points, numbers, bins) })), [points]);
  return html`
    <p class="small legend">
      ${bins.map((_, index) => html`<span key=${index}><i style=${`border-top:2px ${dashOf(index) ? "dashed" : "solid"} var(${strokeOf(index)})`} aria-hidden="true"></i> ${layerTitle(network, index + 1)}</span>`)}
    </p>
    <div class="norms">
      ${drawn
        .filter(({ lines }) => lines.length)
        .map(
          ({ title, scale, lines, marks }) => html`
            <figure key=${title}>
              <figcaption class="small">${title}</figcaption>
              <${Curve} xs=${numbers} lines=${lines} marks=${marks} at=${at} onPick=${onPick} onZoom=${onZoom} height=${HEIGHT} scale=${scale} label=${`${title} of ${numbers.length} updates, a line per layer. The table below has the numbers.`} />
            </figure>
          `,
        )}
    </div>
  `;
}

const percent = (count, { units }) => (count === undefined ? undefined : (100 * count) / units);

const PLOTS = [
  { title: "Norm of the gradient (logarithmic)", scale: "log", valueOf: ({ gradientNorm }) => gradientNorm },
  { title: "Norm of the update (logarithmic)", scale: "log", valueOf: ({ updateNorm }) => updateNorm },
  { title: "Dead units (%)", scale: "linear", valueOf: ({ deadUnits }, bins) => percent(deadUnits, bins) },
  { title: "Saturated units (%)", scale: "linear", valueOf: ({ saturatedUnits }, bins) => percent(saturatedUnits, bins) },
];

// Layers without any value have no line. What a logarithmic scale cannot show is a gap.
function linesOf({ scale, valueOf }, network, points, numbers, bins) {
  const values = bins.map((each, index) => points.map(({ layers }) => valueOf(layers[index], each)));
  const drawn = (value) => (value === undefined || (typeof value === "number" && (scale !== "log" || value > 0)) ? value : null);
  const lines = values
    .map((of, index) => ({ name: layerTitle(network, index + 1), ys: of.map(drawn), stroke: strokeOf(index), dash: dashOf(index) }))
    .filter(({ ys }) => ys.some((y) => typeof y === "number"));
  return { lines, marks: numbers.filter((_, place) => values.some((of) => isNonFinite(of[place]))) };
}
