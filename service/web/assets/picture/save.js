// Saves what is shown as a file: a picture of this moment, or a video of the walk or the film from here.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../shared/html.js";
import { notify } from "../shared/notices.js";
import { drawingOf } from "./drawing.js";
import { download, savePicture } from "./file.js";
import { record } from "./video.js";

// `partsOf` returns the elements to draw, from the button; `caption` is above them in a video. A `player`,
// { isPlaying, toggle }, plays during the video, which ends with it, and
// which is without what the selector `still` finds: what does not move.
export function Save({ network, update, partsOf, caption, player, still }) {
  const [video, setVideo] = useState(null);
  const button = useRef(null);
  const captioned = useRef(caption);
  captioned.current = caption;
  const save = (event, format) => savePicture(partsOf(event.currentTarget), format, { network, update }).catch(notify);
  const start = async () => {
    try {
      const made = await record(() => drawingOf(partsOf(button.current), { caption: captioned.current, without: still }));
      setVideo(made);
      if (!player.isPlaying) player.toggle();
      const file = await made.file;
      download(file, `${network}-update-${update}.${file.type.split("/")[1]}`);
    } catch (error) {
      notify(error);
    }
    setVideo(null);
  };
  useEnd(video, player.isPlaying);
  return html`
    <span class="save small" ref=${button}>
      Save:
      ${["SVG", "PNG"].map((format) => html`${" "}<button type="button" class="link" key=${format} onClick=${(event) => save(event, format)}>${format}</button>`)}
      ${" "}<button type="button" class=${video ? "recording" : "link"} title="Plays from here until the end, or until you stop it" onClick=${() => (video ? video.stop() : start())}>${video ? "■ Stop" : "Video"}</button>
    </span>
  `;
}

// Ends a video with what is played, or with its picture. By itself, so that it keeps no update that is no longer shown.
function useEnd(video, isPlaying) {
  useEffect(() => (video && isPlaying ? () => video.stop() : undefined), [video, isPlaying]);
}
