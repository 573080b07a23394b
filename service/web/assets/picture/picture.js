// The diagram of the network. Every weight is a line with its own number.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { enlargement } from "../shared/presenting.js";
import { layerName } from "../shared/unit_names.js";
import { enumName } from "../shared/enum_names.js";
import { heightNeeded, layOut, linesBetween, widthNeeded } from "./layout.js";
import { placeNumbers, placeOnDemand } from "./places.js";
import { CostBox, isInSight, Unit } from "./unit.js";
import { keyOfLine, Label, Line, takesPart } from "./weight.js";

const WIDE = 560; // pixels: below, names are short

// `setUnplaced` receives how many of the weights that are drawn have no space for their numbers. If there is room, the
// picture is drawn up to `most` times larger.
export function Picture({ view, scale, weight, unit, pointed, setPointed, setUnplaced = () => {}, most = 1 }) {
  const { network } = view;
  const box = useRef(null);
  const [size, setSize] = useState({ width: 760, height: 430, large: 1 });
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => {
      const room = contentRect.width / Math.max(WIDE, widthNeeded(network.layerSizes.length, false, view.hasTargets));
      const large = Math.max(enlargement(), Math.min(room, most * enlargement()));
      setSize({ width: contentRect.width / large, height: contentRect.height / large, large });
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [network.layerSizes.length, view.hasTargets, most]);
  const isNarrow = Math.ceil(size.width) < WIDE;
  const { large } = size;
  const height = Math.max(size.height, heightNeeded(network, isNarrow));
  const width = Math.max(size.width, widthNeeded(network.layerSizes.length, isNarrow, view.hasTargets));
  const { layers, ...style } = layOut(view, { width, height, isNarrow });
  const lines = layers.slice(1).flatMap((above, index) => linesBetween(layers[index], above));
  const parts = useMemo(
    () => layers.slice(1).flatMap((above, index) => placeNumbers(linesBetween(layers[index], above), [...layers[index], ...above], style)),
    [network, width, height, isNarrow],
  );
  const unplaced = parts.filter((part) => part === undefined).length;
  useEffect(() => setUnplaced({ unplaced, drawn: lines.length }), [unplaced, lines.length]);
  useEffect(() => scrollTo(box.current, layers[view.lit.layer]?.[0].x * large, style.band * large), [view.lit.layer, size]);
  const all = { view, scale, weight, selected: unit, pointed, setPointed };
  const { shown, hidden } = onDemand(all, { lines, parts, units: layers.flat(), style });
  return html`
    <div class="picture" ref=${box}>
      <svg width=${width * large} height=${height * large} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label="Network diagram">
        <${Bands} layers=${layers} lit=${view.lit.layer} network=${network} height=${height} style=${style} />
        ${lines.map((line) => html`<${Line} key=${keyOfLine(line)} line=${line} ...${all} />`)}
        ${lines.map(
          (line, index) =>
            parts[index] !== undefined && !hidden.has(index) && html`<${Label} key=${keyOfLine(line)} line=${line} part=${parts[index]} font=${style.font} ...${all} />`,
        )}
        ${inOrder(layers.flat(), all).map((at) => html`<${Unit} key=${`${at.layer}.${at.unit}`} at=${at} style=${style} ...${all} />`)}
        <${CostBox} units=${layers.at(-1)} view=${view} style=${style} />
        ${shown.map(([index, part]) => html`<${Label} key=${keyOfLine(lines[index])} line=${lines[index]} part=${part} font=${style.font} ...${all} />`)}
      </svg>
    </div>
  `;
}

// The numbers of weights that take part, as far as they have no position: [index, position], and those that give way.
function onDemand(all, drawn) {
  const takes = drawn.lines.map((line) => takesPart(all, keyOfLine(line)));
  const wanted = [...takes.keys()].filter((index) => takes[index] && drawn.parts[index] === undefined);
  if (!wanted.length) return { shown: [], hidden: new Set() };
  const isFirst = (index) => [all.weight, ...(all.pointed?.weights ?? [])].includes(keyOfLine(drawn.lines[index]));
  const inOrder = [...wanted.filter(isFirst), ...wanted.filter((index) => !isFirst(index))];
  const { parts, hidden } = placeOnDemand(inOrder, (index) => takes[index], drawn);
  return { shown: [...parts], hidden };
}

// Units that take part come last, so that they are on top.
function inOrder(units, all) {
  const isOnTop = ({ layer, unit }) => isInSight(all, `${layer}.${unit}`);
  return [...units.filter((at) => !isOnTop(at)), ...units.filter(isOnTop)];
}

// In a picture wider than the window, keeps the layer that takes part in sight.
function scrollTo(box, x, band) {
  if (Number.isNaN(x) || box.scrollWidth <= box.clientWidth) return;
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
