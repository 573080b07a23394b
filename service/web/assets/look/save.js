// Saves the picture of this moment as a file.
import { savePicture } from "../picture/file.js";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";

export function Save({ network, update }) {
  const save = (event, format) =>
    savePicture(event.currentTarget.closest(".stage"), format, { network: network.network, update }).catch(notify);
  return html`
    <span class="save">
      Save picture:
      ${["SVG", "PNG"].map((format) => html`${" "}<button type="button" class="link" key=${format} onClick=${(event) => save(event, format)}>${format}</button>`)}
    </span>
  `;
}
