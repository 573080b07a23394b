// The learning rate of the updates, if a schedule changes it.
import { useMemo } from "preact/hooks";
import { Curve } from "../shared/curve.js";
import { html } from "../shared/html.js";
import { endsOf } from "../shared/interval.js";
import { whole } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";

// `updates` are those of the cost curve above it, and `shown` is the selected one.
export function RateCurve({ updates, shown, at, onPick, onZoom }) {
  const drawn = useMemo(() => {
    const xs = updates.map(({ update }) => Number(update));
    return { xs, lines: [{ name: "learning rate", ys: updates.map(({ learningRate }) => learningRate), stroke: "--good" }] };
  }, [updates]);
  const [low, high] = endsOf(drawn.lines[0].ys);
  if (low === high || !drawn.xs.length || !updates.some(({ learningRate }) => learningRate !== undefined)) return null;
  return html`
    <div class="rates">
      <h3>Learning rate${shown?.learningRate !== undefined && html`<span class="small"> of update ${whole(at)}: <${Num} value=${shown.learningRate} name="learning rate" /></span>`}</h3>
      <${Curve} ...${drawn} at=${at} onPick=${onPick} onZoom=${onZoom} height=${90} label=${`Learning rate of updates ${drawn.xs[0]} to ${drawn.xs.at(-1)}, from ${low} to ${high}.`} />
    </div>
  `;
}
