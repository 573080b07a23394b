// The weights of a network that is too large for lines: an image per layer, a row per unit, a column per input; or an
// image per unit of the first layer, if its inputs are an image.
import { useMemo, useState } from "preact/hooks";
import { bitsOf } from "../shared/array_file.js";
import { html } from "../shared/html.js";
import { short } from "../shared/number_format.js";
import { Num } from "../shared/number_view.js";
import { keyOf, parameterOf, valueOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { digitsOf } from "../shared/state.js";
import { layerName, parameterName } from "../shared/unit_names.js";
import { Cells } from "./cells.js";
import { imageLayout, matrixLayout } from "./map_layout.js";
import { UnitCard } from "./unit_card.js";

// `scale` is the size of a weight in full colour; `weight` is the key of the selected one. `image` is the shape of the
// inputs, if they are images; `unit` is the key of the selected unit. `isMoving` is whether other weights follow soon.
export function WeightMaps({ network, layers, scale, weight, unit, image, isMoving }) {
  return html`
    <div class="weight-maps">
      ${layers.map((layer, index) => html`<${WeightMap} key=${index} ...${{ network, layer, layers, scale, weight, unit, isMoving }} number=${index + 1} image=${index === 0 && isOf(image, layer) ? image : undefined} />`)}
      <div class="small soft map-scale" aria-hidden="true"><span>−${short(scale)}</span><span class="ramp"></span><span>+${short(scale)}</span></div>
    </div>
  `;
}

const MOST_IMAGES = 256; // more units are rows of one image

// Whether a layer has a weight for each pixel, and channel, of an image, and not too many of these.
const isOf = (image, { units, inputs }) => image && image.height * image.width * image.channels === inputs && units <= MOST_IMAGES;

function WeightMap({ network, layer, layers, number, scale, weight, unit, image, isMoving }) {
  const [cell, setCell] = useState(null);
  const { units, inputs, weights, biases } = layer;
  const layout = useLayout(image, units, inputs, biases.length);
  const values = useMemo(() => valuesOf(layer, layout), [weights, layout]);
  const { parameterAt, boxOf, tileOf } = layout;
  const shown = cell && parameterAt(cell) ? { layer: number, ...parameterAt(cell) } : selectedIn(weight, number);
  const selected = selectedIn(weight, number)?.unit ?? selectedUnit(unit, number, units);
  const chosen = shown?.unit ?? selected;
  return html`
    <figure class="weight-map">
      <figcaption class="small">
        Weights into the ${layerName(network, number)} <span class="soft">${image ? ofImage(units, image, biases.length > 0) : html`${units} ${units === 1 ? "unit (row)" : "units (rows)"} × ${inputs} ${inputs === 1 ? "input" : "inputs"}${biases.length > 0 && " and the bias"} (columns)`}</span>
      </figcaption>
      <div class=${image ? "of-images" : undefined}>
        <${Cells}
          label=${`${weights.length} weights into the ${layerName(network, number)}. Use the arrow keys to read single ones, and Enter to select one.`}
          ...${{ ...layout, values, scale, isMoving }}
          isCell=${(at) => parameterAt(at) !== null}
          marks=${[...(shown ? [boxOf(shown)] : []), ...(chosen === undefined ? [] : tileOf ? [tileOf(chosen)] : shown ? [] : [{ row: chosen }])]}
          point=${setCell}
          pick=${(at) => go({ weight: keyOf({ layer: number, ...parameterAt(at) }) })}
        />
      </div>
      <p class="small map-reading" aria-live="polite">
        ${shown
          ? html`${parameterName(network, shown)}${image && shown.input !== undefined && `, ${pixelText(image, shown.input)}`}: <${Num} value=${valueOf(layers, shown)} name="weight" digits=${digitsOf(layers)} />`
          : html`<span class="soft">Point at a weight to see its value; click to select it.</span>`}
      </p>
      <${UnitCard} ...${{ network, layers, number, unit: image ? chosen : selected, image }} />
    </figure>
  `;
}

// By itself, so that it keeps no weights.
function useLayout(image, units, inputs, biasCount) {
  return useMemo(() => {
    const layer = { units, inputs, biases: { length: biasCount } };
    return image ? imageLayout(layer, image) : matrixLayout(layer);
  }, [image, units, inputs, biasCount]);
}

function selectedIn(weight, number) {
  const parameter = parameterOf(weight);
  return parameter?.layer === number ? parameter : null;
}

function selectedUnit(key, number, units) {
  const [layer, unit] = (key ?? "").split(".").map(Number);
  return layer === number && unit < units ? unit : undefined;
}

// Where an input is in the image.
function pixelText({ width, channels }, input) {
  const pixel = Math.floor(input / channels);
  return `row ${Math.floor(pixel / width) + 1}, column ${(pixel % width) + 1}`;
}

const ofImage = (units, { height, width, channels }, hasBiases) =>
  `an image of ${height} × ${width} for each of ${units} units${channels > 1 ? ", for red, green and blue" : ""}${hasBiases ? ", and its bias below" : ""}`;

// The weights and biases of a layer, cell by cell.
function valuesOf({ units, inputs, weights, biases }, { columns, rows, boxOf, offsets }) {
  const values = weights instanceof Float64Array ? new Float32Array(rows * columns) : new weights.constructor(rows * columns);
  const [cells, numbers] = weights instanceof Float64Array ? [values, weights] : [bitsOf(values), bitsOf(weights)];
  const firstOf = (unit) => {
    const { row, column } = boxOf({ unit, input: 0 });
    return row * columns + column;
  };
  const fill = ({ row, column, width, height }, value) => {
    for (let first = row * columns + column; first < (row + height) * columns; first += columns) values.fill(value, first, first + width);
  };
  for (let unit = 0, index = 0; unit < units; unit += 1, index += inputs) {
    const first = firstOf(unit);
    if (offsets) for (let input = 0; input < inputs; input += 1) cells[first + offsets[input]] = numbers[index + input];
    else cells.set(numbers.subarray(index, index + inputs), first);
    if (biases.length) fill(boxOf({ unit }), biases[unit]);
  }
  return values;
}
