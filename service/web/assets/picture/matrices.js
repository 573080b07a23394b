// The picture of a network whose units or lines could not be told apart: a block per layer. Its matrix has a row per
// unit and a column per input; the activations that it multiplies are above the columns, and z, a and δ of its units
// beside the rows: so z is what the row above and a row of the matrix give, and G grows by δ of a row times a of a column.
import { useEffect, useRef, useState } from "preact/hooks";
import { enumName } from "../shared/enum_names.js";
import { Held } from "../shared/held.js";
import { html } from "../shared/html.js";
import { short } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { keyAt, parameterOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { enlargement } from "../shared/presenting.js";
import { layerName, parameterName, unitName } from "../shared/unit_names.js";
import { Cells } from "./cells.js";
import { sizesOf } from "./matrix_layout.js";
import { classes } from "./number_text.js";

// `blocks` are those of look/blocks.js; `weight` is the key of the selected weight, `unit` that of the selected unit,
// "layer.unit"; `pointed` are the units and weights of an explanation that is pointed at.
export function Matrices({ network, blocks, weight, unit, pointed }) {
  const box = useRef(null);
  const room = useRoom(box);
  const [read, setRead] = useState(null);
  const lit = blocks.find((block) => block.isLit)?.layer;
  useSight(box, lit, room);
  const tools = { network, weight, unit, pointed, setRead };
  return html`
    <div class="picture matrices">
      <div class="blocks" ref=${box}>
        ${room && sizesOf(blocks, room).map((size, index) => html`<${Block} key=${index} block=${blocks[index]} size=${size} ...${tools} />`)}
      </div>
      <p class="small reading" aria-live="polite">
        ${read
          ? html`<${Reading} ...${readingOf(network, blocks[read.layer - 1], read)} />`
          : html`<span class="soft">Point at a cell to read it; click it to explain it.</span>`}
      </p>
    </div>
  `;
}

// The width and height of an element, and how large its text is; null at first. By itself, as all hooks that outlast an update: an effect keeps
// what was known where it was written, which would be all numbers of the update.
function useRoom(box) {
  const [room, setRoom] = useState(null);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect: { width, height } }]) => setRoom({ width, height, large: enlargement() }));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return room;
}

const useSight = (box, lit, room) => useEffect(() => toSight(box.current, lit), [lit, room]);

// Scrolls to the block that takes part.
function toSight(box, layer) {
  const block = box.querySelector(`[data-layer="${layer}"]`);
  if (!block) return;
  const { offsetLeft: left, offsetWidth: width } = block;
  if (left < box.scrollLeft || left + width > box.scrollLeft + box.clientWidth) box.scrollLeft = left - (box.clientWidth - width) / 2;
}

// The number of a cell.
const Reading = ({ name, value, otherwise }) => html`${name}: ${value === undefined ? otherwise : html`<${Num} value=${value} name=${name} />`}`;

function readingOf(network, { layer, below, matrix, read, columns }, { part, row, column }) {
  const otherwise = "not computed yet";
  if (part === "matrix") {
    const name = `${matrix.symbol} of ${parameterName(network, { layer, unit: row, input: column })}`;
    return { name, value: read(keyAt(layer, row, column)), otherwise: "its number appears once G is divided by n" };
  }
  if (part === "below") return { name: `${below.symbol} of ${unitName(network, layer - 1, column)}`, value: numberIn(below.values, column), otherwise };
  const { symbol, values, isBias } = columns.find((each) => each.symbol === part);
  const name = isBias ? parameterName(network, { layer, unit: row }) : `${symbol} of ${unitName(network, layer, row)}`;
  return { name, value: numberIn(values, row), otherwise };
}

const numberIn = (values, place) => (values && !Number.isNaN(values[place]) ? values[place] : undefined);

function Block({ block, size, ...tools }) {
  const { network } = tools;
  const { layer, units, inputs, isLit, below, matrix, columns } = block;
  const name = layerName(network, layer);
  const all = { layer, units, inputs, width: size.width, height: size.height, ...tools };
  return html`
    <section class="block" data-layer=${layer} aria-label=${name} aria-current=${isLit ? "step" : undefined}>
      <h2>${name.charAt(0).toUpperCase() + name.slice(1)} <span class="soft">${units} ${size.isNarrow ? "" : enumName(network.activations[layer - 1])}</span></h2>
      <div class="grid">
        ${below && html`<${Held} of=${Below} ...${all} height=${size.strip} ...${below} />`}
        <${Held} of=${Matrix} ...${all} ...${matrix} />
        ${columns.map((column, index) => html`<${Held} of=${Column} key=${column.symbol} at=${FIRST_COLUMN + index} ...${all} width=${size.column} ...${column} />`)}
        <span class="small soft scale">${size.isNarrow ? "" : `${units} × ${inputs}, `}${matrix.symbol} up to ±${short(matrix.scale)}</span>
      </div>
    </section>
  `;
}

const FIRST_COLUMN = 3; // after the symbol of the row and the matrix

// The row of activations that the matrix multiplies.
function Below({ layer, inputs, width, height, symbol, values, scale, isLit, marks, network, unit, pointed, setRead }) {
  return html`
    <span class=${classes("symbol", isLit && "lit")} style="grid-column:1">${symbol}</span>
    <${Cells}
      label=${`${inputs} numbers: ${symbol} of the ${layerName(network, layer - 1)}`}
      rows=${1}
      columns=${inputs}
      values=${values}
      scale=${scale}
      size=${{ width, height }}
      className="of-row"
      isLit=${isLit}
      marks=${[...marks, ...unitMarks({ unit, pointed }, layer - 1, "column")]}
      point=${(cell) => setRead(cell && { layer, part: "below", ...cell })}
      pick=${({ column }) => goUnit(unit, layer - 1, column)}
    />
  `;
}

function Matrix({ layer, units, inputs, width, height, name, values, version, scale, isLit, marks, network, weight, unit, pointed, setRead }) {
  const isOwn = (parameter) => parameter?.layer === layer && parameter.input !== undefined;
  const weights = [weight, ...(pointed?.weights ?? [])].map(parameterOf).filter(isOwn);
  return html`
    <${Cells}
      label=${`${name} of the ${layerName(network, layer)}, ${units} × ${inputs}. Use the arrow keys to read single ones, and Enter to select one.`}
      rows=${units}
      columns=${inputs}
      values=${values}
      version=${version}
      scale=${scale}
      isAgain=${version === undefined}
      size=${{ width, height }}
      className="of-weights"
      isLit=${isLit}
      marks=${[
        ...marks,
        ...unitMarks({ unit }, layer, "row"),
        ...unitMarks({ unit }, layer - 1, "column"),
        ...weights.map((each) => ({ row: each.unit, column: each.input })),
      ]}
      point=${(cell) => setRead(cell && { layer, part: "matrix", ...cell })}
      pick=${({ row, column }) => go({ weight: keyAt(layer, row, column), unit: undefined })}
    />
  `;
}

// b, z, a, y or δ: a number for each unit.
function Column({ layer, units, width, height, symbol, values, scale, isLit, isBias, marks, at, network, unit, weight, pointed, setRead }) {
  const chosen = isBias ? parameterOf(weight) : null;
  const own = chosen?.layer === layer && chosen.input === undefined ? [{ row: chosen.unit }] : [];
  return html`
    <span class=${classes("symbol", isLit && "lit")} style=${`grid-column:${at}`}>${symbol}</span>
    <${Cells}
      label=${`${units} numbers: ${symbol} of the ${layerName(network, layer)}`}
      rows=${units}
      columns=${1}
      values=${values}
      scale=${scale}
      size=${{ width, height }}
      at=${at}
      isLit=${isLit}
      marks=${[...marks, ...own, ...unitMarks({ unit, pointed }, layer, "row")]}
      point=${(cell) => setRead(cell && { layer, part: symbol, ...cell })}
      pick=${({ row }) => (isBias ? go({ weight: keyAt(layer, row), unit: undefined }) : goUnit(unit, layer, row))}
    />
  `;
}

// The marks of the selected unit and of those that are pointed at, in this layer: along a `side`.
function unitMarks({ unit, pointed }, layer, side) {
  return [unit, ...(pointed?.units ?? [])]
    .map((id) => (id ?? "").split(".").map(Number))
    .filter(([of, place]) => of === layer && place !== undefined)
    .map(([, place]) => ({ [side]: place }));
}

// Selects a unit; another click clears the selection.
function goUnit(selected, layer, unit) {
  const key = `${layer}.${unit}`;
  go({ unit: selected === key ? undefined : key, weight: undefined });
}
