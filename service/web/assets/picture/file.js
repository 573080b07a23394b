// What the page shows as a file: SVG, PNG, or a video of it while it changes.
import { drawingOf } from "./drawing.js";
import { element } from "./styled_copy.js";

const DENSITY = 2; // pixels of an image per pixel of the page
const WIDEST = 1600; // pixels of a video, which is encoded while it is recorded

const FILES = { SVG: async (drawing) => new Blob([textOf(drawing)], { type: "image/svg+xml" }), PNG: pngOf };

// Saves `parts`, elements of the page, below each other, as "SVG" or "PNG". Throws an Error if there is none.
export async function savePicture(parts, format, { network, update }) {
  if (!parts.length) throw new Error("This network is too large to draw here, so there is no picture to save. Use Look inside.");
  const drawing = drawingOf(parts);
  const name = element("title");
  name.textContent = `${network}, update ${update}`;
  drawing.prepend(name);
  download(await FILES[format](drawing), `${network}-update-${update}.${format.toLowerCase()}`);
}

// The picture of a network in `box`, as parts.
export const pictureIn = (box) => [...(box?.querySelectorAll(".picture svg, .matrices .blocks") ?? [])].slice(0, 1);

export const textOf = (drawing) => new XMLSerializer().serializeToString(drawing);

// Returns a canvas of the size of an SVG drawing; of a video, in even pixels, which it needs.
export function canvasFor(drawing, isVideo = false) {
  const [width, height] = ["width", "height"].map((side) => Number(drawing.getAttribute(side)));
  const density = isVideo ? Math.min(DENSITY, WIDEST / width) : DENSITY;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * Math.round((width * density) / 2), height: 2 * Math.round((height * density) / 2) });
  return canvas;
}

// Draws the text of an SVG drawing on a canvas.
export async function rasterize(text, canvas) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
  } finally {
    URL.revokeObjectURL(address);
  }
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
}

async function pngOf(drawing) {
  const canvas = canvasFor(drawing);
  await rasterize(textOf(drawing), canvas);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

export function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // long enough for any download to start
}
