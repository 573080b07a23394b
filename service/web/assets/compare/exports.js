// Files: of the network that is looked at, made by the service, and of its picture, made here.
import { savePicture } from "../picture/file.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { notify } from "../shared/notices.js";

const FORMATS = [
  ["JSON", "all that it takes to make it again"],
  ["NPZ", "arrays for NumPy"],
  ["ONNX", "a model for other programs"],
  ["CSV", "the history of its cost, a line for each update"],
];

const PICTURES = [
  ["SVG", "the picture, to be drawn at any size"],
  ["PNG", "the picture, in dots"],
];

export function Exports({ side, picture }) {
  const save = (format) => savePicture(picture.current, format, { network: side.name, update: side.update }).catch(notify);
  return html`
    <section class="panel exports" aria-label="Export">
      <h3>Export <span class="small soft">${side.name} at update ${whole(side.update)}</span></h3>
      <ul>
        ${FORMATS.map(
          ([format, what]) => html`
            <li key=${format}>
              <a href=${`/v1/networks/${side.name}:export?format=EXPORT_FORMAT_${format}&update=${side.update}`} download>${format}</a>
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
