// The weights into a unit of the first layer as the image that its inputs are; in colour, as one for each channel.
import { useMemo, useState } from "preact/hooks";
import { Cells } from "../picture/cells.js";
import { html } from "../shared/html.js";
import { Num } from "../shared/number_view.js";
import { keyOf } from "../shared/parameters.js";
import { go } from "../shared/place.js";
import { unitName } from "../shared/unit_names.js";

const SIDE = 144; // pixels, at most
const COLOURS = [" of red", " of green", " of blue"];

// `layer` are the parameters of the first layer, `image` the shape of its inputs, `scale` the weight in full colour.
export function UnitImage({ network, layer: { inputs, weights }, unit, image: { height, width, channels }, scale }) {
  const [read, setRead] = useState(null);
  const own = useMemo(() => weights.slice(unit * inputs, (unit + 1) * inputs), [weights, unit]);
  const planes = useMemo(() => Array.from({ length: channels }, (_, channel) => own.filter((__, input) => input % channels === channel)), [own, channels]);
  const cell = SIDE / Math.max(height, width);
  return html`
    <figure class="unit-image">
      <figcaption class="small soft">Weights from the image of ${height} × ${width} pixels${channels > 1 && ": red, green and blue"}</figcaption>
      <div class="planes">
        ${planes.map((values, channel) => {
          const inputAt = ({ row, column }) => (row * width + column) * channels + channel;
          return html`<${Cells}
            key=${channel}
            label=${`Weights into ${unitName(network, 1, unit)} as an image${channels > 1 ? COLOURS[channel] : ""}, ${height} × ${width}. Use the arrow keys to read single ones, and Enter to explain one.`}
            rows=${height}
            columns=${width}
            values=${values}
            scale=${scale}
            size=${{ width: width * cell, height: height * cell }}
            point=${(at) => setRead(at && inputAt(at))}
            pick=${(at) => go({ weight: keyOf({ layer: 1, unit, input: inputAt(at) }), unit: undefined })}
          />`;
        })}
      </div>
      <p class="small" aria-live="polite">
        ${read === null ? html`<span class="soft">Point at a pixel to read its weight; click it to explain it.</span>` : html`${unitName(network, 0, read)}: <${Num} value=${own[read]} name="weight" />`}
      </p>
    </figure>
  `;
}
