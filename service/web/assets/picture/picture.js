// The diagram of the network. Every weight is a line with its own number.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { layerName } from "../shared/unit_names.js";
import { enumName } from "../shared/enum_names.js";
import { layOut, linesBetween, MANY, widthNeeded } from "./layout.js";
import { placeNumbers } from "./places.js";
import { CostBox, isInSight, Unit } from "./unit.js";
import { keyOfLine, Label, Line, takesPart } from "./weight.js";

// `setUnplaced` receives how many of the weights that are drawn have no space for their numbers.
export function Picture({ view, scale, weight, pointed, setPointed, setUnplaced = () => {} }) {
  const { network } = view;
  const box = useRef(null);
  const [size, setSize] = useState({ width: 760, height: 430 });
  const [open, setOpen] = useState(new Set());
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setSize({ width: contentRect.width, height: contentRect.height }),
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const most = Math.max(...network.layerSizes.map((count, layer) => (open.has(layer) ? count : 0)));
  const isNarrow = size.width < 560;
  const height = Math.max(size.height, most > MANY ? most * 66 : 0);
  const width = Math.max(size.width, widthNeeded(network.layerSizes.length, isNarrow, view.hasExamples));
  const wanted = (layer) => interesting(view.lit, weight, layer);
  const { layers, ...style } = layOut(view, { width, height, open, wanted, isNarrow });
  const lines = layers.slice(1).flatMap((above, index) => linesBetween(layers[index], above));
  const parts = useMemo(
    () => layers.slice(1).flatMap((above, index) => placeNumbers(linesBetween(layers[index], above), [...layers[index], ...above], style)),
    [network, width, height, open, isNarrow],
  );
  const unplaced = parts.filter((part) => part === undefined).length;
  useEffect(() => setUnplaced({ unplaced, drawn: lines.length }), [unplaced, lines.length]);
  useEffect(() => scrollTo(box.current, layers[view.lit.layer]?.[0].x, style.band), [view.lit.layer]);
  const all = { view, scale, weight, pointed, setPointed };
  const isOnDemand = (line, index) => parts[index] === undefined && takesPart(all, keyOfLine(line));
  const toggle = (layer) =>
    setOpen((was) => new Set(was.has(layer) ? [...was].filter((each) => each !== layer) : [...was, layer]));
  return html`
    <div class="picture" ref=${box}>
      <svg width=${width} height=${height} role="group" aria-label="Network diagram">
        <${Bands} layers=${layers} lit=${view.lit.layer} network=${network} height=${height} style=${style} />
        ${lines.map((line) => html`<${Line} key=${keyOfLine(line)} line=${line} ...${all} />`)}
        ${lines.map(
          (line, index) =>
            parts[index] !== undefined && html`<${Label} key=${keyOfLine(line)} line=${line} part=${parts[index]} font=${style.font} ...${all} />`,
        )}
        ${inOrder(layers.flat(), all).map((at) => html`<${Unit} key=${`${at.layer}.${at.unit}`} at=${at} style=${style} ...${all} />`)}
        <${CostBox} units=${layers.at(-1)} view=${view} style=${style} />
        ${lines
          .filter(isOnDemand)
          .map((line) => html`<${Label} key=${keyOfLine(line)} line=${line} part=${line.part} font=${style.font} ...${all} />`)}
      </svg>
      ${network.layerSizes.map(
        (count, layer) =>
          count > MANY &&
          html`<button class="opener small" key=${layer} style=${`left:clamp(46px, ${layers[layer][0].x}px, calc(100% - 46px))`} onClick=${() => toggle(layer)}>
            ${open.has(layer) ? "Show fewer" : `Show all ${count}`}<span class="unseen"> units of the ${layerName(network, layer)}</span>
          </button>`,
      )}
    </div>
  `;
}

// Units that take part come last, so that they are on top.
function inOrder(units, all) {
  const isOnTop = ({ layer, unit }) => isInSight(all, `${layer}.${unit}`);
  return [...units.filter((at) => !isOnTop(at)), ...units.filter(isOnTop)];
}

// The unit of a large layer that gets the free slot: one that takes part, else one at the selected weight.
function interesting(lit, weight, layer) {
  for (const name of lit.units) {
    const [of, unit] = name.split(".").map(Number);
    if (of === layer) return unit;
  }
  const [of, unit, input] = (weight ?? "").split(".").map(Number);
  return of === layer ? unit : of - 1 === layer ? input : undefined;
}

// In a picture wider than the window, keeps the layer that takes part in sight.
function scrollTo(box, x, band) {
  if (x === undefined || box.scrollWidth <= box.clientWidth) return;
  const isSeen = x - band >= box.scrollLeft && x + band <= box.scrollLeft + box.clientWidth;
  if (!isSeen) box.scrollLeft = x - box.clientWidth / 2;
}

function Bands({ layers, lit, network, height, style: { band, isNarrow } }) {
  return layers.map(
    (units, layer) => html`
      <g key=${layer} class=${`band ${lit === layer ? "lit" : ""}`}>
        <rect x=${units[0].x - band} y="2" width=${2 * band} height=${height - 4} rx="8" />
        <text x=${units[0].x} y="16" class="band-name">${layerName(network, layer)}</text>
        ${layer > 0 && !isNarrow && html`<text x=${units[0].x} y="29" class="band-kind">${enumName(network.activations[layer - 1])}</text>`}
      </g>
    `,
  );
}
