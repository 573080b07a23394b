// The network at one moment. Every weight is a line with its own number, as important as the units:
// as thick as it is large, coloured and dashed by its sign, and the sign printed.
import { useEffect, useRef, useState } from "preact/hooks";
import { go } from "../shared/place.js";
import { html } from "../shared/html.js";
import { exact, short, signed } from "../shared/numbers.js";
import { keyAt, parameterOf } from "../shared/parameters.js";
import { layerName, parameterName, unitName } from "../shared/unit_names.js";
import { wordOf } from "../shared/words.js";
import { layOut, linesBetween, MANY } from "./layout.js";

export function Picture({ view, scale, weight, pointed, setPointed }) {
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
  const height = Math.max(size.height, most > MANY ? most * 66 : 0);
  const width = Math.max(size.width, 130 * (network.layerSizes.length - 1) + 100); // else it scrolls
  const wanted = (layer) => interesting(view.lit, weight, layer);
  const { layers, radius, narrow, crowded } = layOut(network.layerSizes, { width, height, open, wanted });
  const toggle = (layer) =>
    setOpen((was) => new Set(was.has(layer) ? [...was].filter((each) => each !== layer) : [...was, layer]));
  const lines = layers.slice(1).flatMap((above, index) => linesBetween(layers[index], above));
  const all = { view, scale, weight, pointed, setPointed, radius, narrow, crowded };
  return html`
    <div class="picture" ref=${box}>
      <svg width=${width} height=${height} role="group" aria-label="The network at this moment">
        <${Bands} layers=${layers} lit=${view.lit.layer} network=${network} height=${height} narrow=${narrow} />
        ${lines.map((line) => html`<${Line} key=${lineKey(line)} line=${line} ...${all} />`)}
        ${lines.map((line) => html`<${Label} key=${lineKey(line)} line=${line} ...${all} />`)}
        ${layers.flat().map((at) => html`<${Unit} key=${`${at.layer}.${at.unit}`} at=${at} ...${all} />`)}
        <${CostBox} at=${layers.at(-1)} ...${all} />
      </svg>
      ${network.layerSizes.map(
        (count, layer) =>
          count > MANY &&
          html`<button class="opener small" key=${layer} style=${`left:${layers[layer][0].x}px`} onClick=${() => toggle(layer)}>
            ${open.has(layer) ? "close" : `all ${count}`}<span class="unseen"> units of the ${layerName(network, layer)}</span>
          </button>`,
      )}
    </div>
  `;
}

const lineKey = ({ from, to }) => keyAt(to.layer, to.unit, from.unit);

// The unit of a large layer that is worth its slot: what takes part, else what the weight touches.
function interesting(lit, weight, layer) {
  for (const name of lit.units) {
    const [of, unit] = name.split(".").map(Number);
    if (of === layer) return unit;
  }
  const [of, unit, input] = (weight ?? "").split(".").map(Number);
  return of === layer ? unit : of - 1 === layer ? input : undefined;
}

function Bands({ layers, lit, network, height, narrow }) {
  const half = narrow ? 30 : 52;
  return layers.map(
    (units, layer) => html`
      <g key=${layer} class=${`band ${lit === layer ? "lit" : ""}`}>
        <rect x=${units[0].x - half} y="2" width=${2 * half} height=${height - 4} rx="8" />
        <text x=${units[0].x} y="18" class="band-name">${layerName(network, layer)}</text>
        ${layer > 0 && !narrow && html`<text x=${units[0].x} y="31" class="band-kind">${wordOf(network.activations[layer - 1])}</text>`}
      </g>
    `,
  );
}

const classes = (...names) => names.filter(Boolean).join(" ");

function stateOf({ view, weight, pointed }, key) {
  return classes(
    view.lit.weights.has(key) && "lit",
    weight === key && "selected",
    pointed?.weights?.has(key) && "pointed",
    view.isAfter(key) && "new",
  );
}

function Line({ line, ...all }) {
  const { view, scale, setPointed } = all;
  const key = lineKey(line);
  const value = view.weight(key);
  const { from, to } = line;
  const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  const name = parameterName(view.network, parameterOf(key));
  const choose = () => go({ weight: all.weight === key ? undefined : key });
  return html`
    <g
      class=${classes("weight-line", value < 0 ? "negative" : "positive", stateOf(all, key))}
      role="button"
      tabindex="0"
      data-weight=${key}
      data-exact=${exact(value)}
      aria-pressed=${all.weight === key}
      aria-label=${`weight ${name} = ${exact(value)}`}
      onClick=${choose}
      onKeyDown=${(event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose())}
      onMouseEnter=${() => setPointed({ weights: new Set([key]), units: new Set() })}
      onMouseLeave=${() => setPointed(null)}
    >
      <title>${name} = ${exact(value)}</title>
      <line class="hit" ...${ends} />
      <line class="glow" ...${ends} />
      <line class="stroke moves" ...${ends} stroke-width=${0.8 + 6.2 * Math.min(1, Math.abs(value) / scale)} />
    </g>
  `;
}

function Label({ line, ...all }) {
  const { view, narrow } = all;
  const key = lineKey(line);
  const state = stateOf(all, key);
  if (!line.labelled && !/lit|selected|pointed/.test(state)) return null;
  const { from, to, part } = line;
  const x = from.x + (to.x - from.x) * part;
  const y = from.y + (to.y - from.y) * part;
  const text = signed(view.weight(key));
  const width = text.length * (narrow ? 5.8 : 7.1) + (narrow ? 8 : 14);
  const turn = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return html`
    <g
      class=${classes("weight-label", view.weight(key) < 0 ? "negative" : "positive", state)}
      transform=${`translate(${x} ${y}) rotate(${turn.toFixed(2)})`}
      aria-hidden="true"
    >
      <rect x=${-width / 2} y="-8" width=${width} height="16" rx="4" />
      <text dy="0.35em">${text}</text>
    </g>
  `;
}

function Unit({ at, ...all }) {
  const { view, radius, narrow, crowded, pointed } = all;
  const { layer, unit, x, y, isGap } = at;
  const { network } = view;
  const values = view.unit(layer, unit);
  const id = `${layer}.${unit}`;
  const name = unitName(network, layer, unit);
  const said = Object.entries(values).filter(([, value]) => value !== undefined);
  const isQuiet = crowded && !view.lit.units.has(id); // there is no room for all of their numbers
  const below = [
    values.z !== undefined && !isQuiet && ["z", short(values.z), exact(values.z)],
    values.delta !== undefined && !isQuiet && ["δ", signed(values.delta), exact(values.delta)],
  ].filter(Boolean);
  const bias = keyAt(layer, unit);
  const letter = layer === 0 ? "x" : layer === network.layerSizes.length - 1 ? "y" : "h";
  return html`
    <g
      class=${classes("unit", view.lit.units.has(id) && "lit", pointed?.units?.has(id) && "pointed")}
      data-unit=${id}
      role="img"
      aria-label=${`${name}: ${said.map(([what, value]) => `${what} = ${exact(value)}`).join(", ") || "not computed yet"}`}
    >
      <title>${name}${said.map(([what, value]) => `\n${what} = ${exact(value)}`)}</title>
      <circle class="moves" cx=${x} cy=${y} r=${radius} />
      ${isGap && html`<text class="unit-name" x=${x} y=${y - radius - 4}>⋮</text>`}
      <text class=${classes("unit-name", (radius < 25 || name.length > 8) && "long")} x=${x} y=${y - (narrow ? 6 : 8)}>${narrow ? `${letter}${unit + 1}` : name}</text>
      ${values.a !== undefined
        ? html`<text class=${classes("unit-value", (radius < 25 && !narrow || short(values.a).length > 6) && "long")} x=${x} y=${y + 6} dy="0.35em" data-exact=${exact(values.a)} data-what="a">${short(values.a)}</text>`
        : html`<text class="unit-value none" x=${x} y=${y + 6} dy="0.35em">·</text>`}
      <text class="unit-below" x=${x} y=${y + radius + (narrow ? 10 : 13)}>
        ${narrow
          ? below.map(([what, text, all], row) => html`<tspan key=${what} x=${x} dy=${row ? 11 : 0} data-exact=${all} data-what=${what}>${what} ${text}</tspan>`)
          : below.map(([what, text, all], row) => html`<tspan key=${what} dx=${row ? 8 : 0} data-exact=${all} data-what=${what}><tspan class="soft">${what}</tspan> ${text}</tspan>`)}
      </text>
      ${layer > 0 &&
      network.bias &&
      html`<text
        class=${classes("weight-label bias", view.weight(bias) < 0 ? "negative" : "positive", stateOf(all, bias))}
        x=${x - radius + 2}
        y=${y - radius + 2}
        role="button"
        tabindex="0"
        data-weight=${bias}
        data-exact=${exact(view.weight(bias))}
        aria-label=${`${parameterName(network, { layer, unit })} = ${exact(view.weight(bias))}`}
        onClick=${() => go({ weight: bias })}
        onKeyDown=${(event) => event.key === "Enter" && go({ weight: bias })}
        >b ${signed(view.weight(bias))}</text
      >`}
    </g>
  `;
}

// Beside the outputs: what was asked for, and what it costs to be that far from it.
function CostBox({ at, view, radius, narrow }) {
  const gap = radius + (narrow ? 5 : 12);
  const { example, cost } = view;
  return html`
    <g class=${classes("asked", view.lit.isCost && "lit")}>
      ${at.map(
        ({ x, y, unit }) =>
          example &&
          html`<text key=${unit} x=${x + gap} y=${y - 6}>
            <tspan class="soft">${narrow ? "y" : "target y"}</tspan> <tspan data-what="y" data-exact=${exact(example.targets.values[unit])}>${short(example.targets.values[unit])}</tspan>
          </text>`,
      )}
      ${example &&
      html`<text class="cost" x=${at[0].x + gap} y=${at[0].y + 13} data-exact=${cost === undefined ? "" : exact(cost)} data-what="C">
        <tspan class="soft">${narrow ? "C" : "cost C"}</tspan> ${cost === undefined ? "·" : short(cost)}
      </text>`}
    </g>
  `;
}
