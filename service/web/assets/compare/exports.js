// Files to download: the service exports the network, the page draws its picture.
import { pictureIn, savePicture } from "../picture/file.js";
import { download, exportAddress, FORMATS, nameOfFormat } from "../shared/exporting.js";
import { html } from "../shared/html.js";
import { whole } from "../shared/number_format.js";
import { notify } from "../shared/notices.js";

const PICTURES = [
  ["SVG", "The picture as vector graphics."],
  ["PNG", "The picture as pixels."],
];

export function Exports({ side, picture }) {
  const save = (format) => savePicture(pictureIn(picture.current), format, { network: side.name, update: side.update }).catch(notify);
  return html`
    <section class="panel exports" aria-label="Export">
      <h3>Export <span class="small soft">${side.name} at update ${whole(side.update)}</span></h3>
      <ul>
        ${FORMATS.map(
          ([format, what]) => html`
            <li key=${format}>
              <a href=${exportAddress(side.name, side.update, format)} download onClick=${(event) => download(event, side.name, side.update, format)}>${nameOfFormat(format)}</a>
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
