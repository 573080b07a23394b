// The picture as a file. The styles are written into each element, so that any program draws it as the
// page does, in the current theme.
import { drawingOf } from "./cells_drawing.js";

// Properties that children inherit.
const INHERITED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "paint-order",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
];

// Attributes that only the page needs.
const OF_THE_PAGE = ["class", "role", "tabindex", "aria-label", "aria-pressed", "aria-hidden", "data-weight", "data-unit", "data-exact", "data-what"];

const DENSITY = 2; // pixels of a PNG per pixel of the page

const FILES = { SVG: svgFile, PNG: pngFile };

// Saves the picture in `box` as "SVG" or "PNG". Throws an Error if there is none.
export async function savePicture(box, format, { network, update }) {
  const [svg, blocks] = [".picture svg", ".matrices .blocks"].map((each) => box?.querySelector(each));
  if (!svg && !blocks) throw new Error("This network is too large to draw here, so there is no picture to save. Use Look inside.");
  const file = await FILES[format](svg ?? blocks, `${network}, update ${update}`);
  download(file, `${network}-update-${update}.${format.toLowerCase()}`);
}

function svgFile(drawn, title) {
  const isSvg = drawn.tagName === "svg";
  const [width, height] = [isSvg ? drawn.clientWidth : drawn.scrollWidth, drawn.clientHeight]; // whole pixels
  const copy = isSvg ? styledCopy(drawn) : drawingOf(drawn, element);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const back = element("rect", { width, height, fill: getComputedStyle(document.body).backgroundColor });
  const name = element("title");
  name.textContent = title;
  copy.prepend(name, back);
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
}

async function pngFile(drawn, title) {
  const image = new Image();
  const address = URL.createObjectURL(svgFile(drawn, title));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * DENSITY;
    canvas.height = image.naturalHeight * DENSITY;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // long enough for any download to start
}

const element = (name, attributes = {}) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

function styledCopy(original, above) {
  const copy = original.cloneNode(false);
  for (const name of OF_THE_PAGE) copy.removeAttribute(name);
  const style = getComputedStyle(original);
  for (const name of INHERITED) if (style[name] !== above?.[name]) copy.setAttribute(name, style[name]);
  if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity);
  if (style.textDecorationLine !== "none") copy.setAttribute("text-decoration", style.textDecorationLine);
  for (const child of original.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.textContent);
    else if (child.nodeType === Node.ELEMENT_NODE && isSeen(child)) copy.append(styledCopy(child, style));
  }
  return copy;
}

// Leaves out invisible lines: those that widen the target of the pointer, and unused highlights.
function isSeen(child) {
  if (child.tagName !== "line") return true;
  return !["transparent", "rgba(0, 0, 0, 0)", "none"].includes(getComputedStyle(child).stroke);
}
