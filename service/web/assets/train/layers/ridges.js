// Histograms over time as ridges: one for each update, the first at the back, the last in front.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { watchTheme } from "../../shared/curve.js";
import { cellAfter } from "../../shared/heat.js";
import { html } from "../../shared/html.js";
import { short, whole } from "../../shared/number_format.js";
import { layerTitle, strokeOf } from "./layer_lines.js";
import { drawHighlight, drawRidges, mostOf, placeAt } from "./ridge_drawing.js";

export function LayerRidges({ network, points, numbers, bins, layer, at, onPick }) {
  const [weights, activations] = useMemo(
    () => ["weightCounts", "activationCounts"].map((name) => points.map(({ layers }) => layers[layer - 1][name] ?? [])),
    [points],
  );
  const shared = { numbers, at, onPick, stroke: strokeOf(layer - 1) };
  const name = layerTitle(network, layer);
  return html`
    <div class="ridges">
      <${Ridges} ...${shared} what="weights" title=${`${name}: weights`} edges=${bins.weightEdges} counts=${weights} />
      ${bins.activationEdges?.length > 0 && html`<${Ridges} ...${shared} what="activations" title=${`${name}: activations`} edges=${bins.activationEdges} counts=${activations} />`}
    </div>
  `;
}

// `counts` has a row per update and a number per bin; `numbers` are the updates.
function Ridges({ title, what, edges, counts, numbers, at, stroke, onPick }) {
  const [cell, setCell] = useState(null);
  const canvas = useRef(null);
  const base = useRef(null);
  const columns = edges.length - 1;
  const selected = numbers.findLastIndex((number) => number <= at);
  const row = cell?.row ?? selected;
  const now = useRef({});
  now.current = { counts, edges, stroke, row, most: useMemo(() => mostOf(counts), [counts]) };

  // The ridges are drawn once; what is selected is drawn over them.
  useLayoutEffect(() => {
    const draw = () => {
      base.current = drawRidges(canvas.current, now.current);
      drawHighlight(canvas.current, base.current, now.current);
    };
    draw();
    const resized = new ResizeObserver(draw);
    resized.observe(canvas.current);
    const themed = watchTheme(draw);
    return () => {
      resized.disconnect();
      themed();
    };
  }, [counts]);
  useLayoutEffect(() => drawHighlight(canvas.current, base.current, now.current), [row]);

  const press = (event) => {
    if (event.key === "Enter" && row >= 0) onPick(numbers[row]);
    const after = cellAfter(event, cell ?? { row: Math.max(row, 0), column: 0 }, columns, counts.length);
    if (after) setCell(after);
  };
  return html`
    <figure>
      <figcaption class="small">${title}</figcaption>
      <canvas
        ref=${canvas}
        tabindex="0"
        role="img"
        aria-label=${`Histograms of ${what} of ${numbers.length} updates. Use the arrow keys to read single bins, and Enter to select the update.`}
        onPointerMove=${(event) => setCell(placeAt(event, columns, counts.length))}
        onPointerLeave=${() => setCell(null)}
        onClick=${() => row >= 0 && onPick(numbers[row])}
        onKeyDown=${press}
        onBlur=${() => setCell(null)}
      ></canvas>
      <div class="small soft ends" aria-hidden="true"><span>${short(edges[0])}</span><span>${short(edges.at(-1))}</span></div>
      <p class="small reading" aria-live="polite">
        ${cell
          ? html`Update ${whole(numbers[cell.row])}: ${whole(counts[cell.row][cell.column])} ${what} from ${short(edges[cell.column])} to ${short(edges[cell.column + 1])}`
          : ""}
      </p>
    </figure>
  `;
}
