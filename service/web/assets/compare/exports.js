// Files to download: the service exports the network, the page draws its picture.
import { savePicture } from "../picture/file.js";
import { streamAddress } from "../shared/api.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { notify } from "../shared/notices.js";
import { hasToken } from "../shared/token.js";

const FORMATS = [
  ["JSON", "Everything needed to recreate the network."],
  ["NPZ", "The parameters as NumPy arrays."],
  ["ONNX", "The model for other programs."],
  ["CSV", "The cost history, one line per update."],
  ["SAFETENSORS", "The parameters for PyTorch."],
  ["C", "The model as source code in C."],
  ["PYTHON", "The model as source code in Python."],
];

const PICTURES = [
  ["SVG", "The picture as vector graphics."],
  ["PNG", "The picture as pixels."],
];

const pathOf = (side) => `networks/${side.name}:export`;
const queryOf = (side, format) => ({ format: `EXPORT_FORMAT_${format}`, update: side.update });

// A link sends no token: with one, its address needs a ticket.
async function download(event, side, format) {
  if (!hasToken()) return;
  event.preventDefault();
  try {
    location.assign(await streamAddress(pathOf(side), queryOf(side, format)));
  } catch (error) {
    notify(error);
  }
}

export function Exports({ side, picture }) {
  const save = (format) => savePicture(picture.current, format, { network: side.name, update: side.update }).catch(notify);
  return html`
    <section class="panel exports" aria-label="Export">
      <h3>Export <span class="small soft">${side.name} at update ${whole(side.update)}</span></h3>
      <ul>
        ${FORMATS.map(
          ([format, what]) => html`
            <li key=${format}>
              <a href=${`/v1/${pathOf(side)}?${new URLSearchParams(queryOf(side, format))}`} download onClick=${(event) => download(event, side, format)}>${format}</a>
              <span class="small soft">${what}</span>
            </li>
          `,
        )}
        ${PICTURES.map(
          ([format, what]) => html`
            <li key=${format}>
              <button type="button" class="link" onClick=${() => save(format)}>${format}</button>
              <span class="small soft">${what}</span>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}
