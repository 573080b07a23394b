// A video of what the page shows, in the time in which it is shown.
import { canvasFor, rasterize, textOf } from "./file.js";

const FORMATS = ["video/webm;codecs=vp9", "video/webm", "video/mp4"]; // Safari has the last one only
const BITS = 8_000_000; // per second; still parts take less
const RATE = 20; // frames per second at most
const LONGEST = 60_000; // ms
const LAST = 600; // ms for which the last frame is seen

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// Records what `draw` returns, an SVG element, until `stop` is called; returns { stop, file }, a promise of a Blob.
export async function record(draw) {
  const format = globalThis.MediaRecorder && FORMATS.find((each) => MediaRecorder.isTypeSupported(each));
  if (!format) throw new Error("This browser cannot record videos. Save the picture as SVG or PNG.");
  const canvas = canvasFor(draw(), true); // the first frame says how large all are
  let [shown, isOver] = ["", false];
  const recorder = new MediaRecorder(canvas.captureStream(RATE), { mimeType: format, videoBitsPerSecond: BITS });
  const chunks = [];
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  recorder.start();
  const stop = () => (isOver = true);
  const longest = setTimeout(stop, LONGEST);

  async function work() {
    while (!isOver) {
      const next = textOf(draw());
      if (next !== shown) await rasterize(next, canvas);
      shown = next;
      await pause(1000 / RATE);
    }
    clearTimeout(longest);
    await rasterize(textOf(draw()), canvas);
    await pause(LAST);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.stop();
    await ended;
    return new Blob(chunks, { type: format.split(";")[0] });
  }
  return { stop, file: work() };
}
