// What parts of the page show, as SVG: drawings as they are, canvases as images, texts line by line on their grounds.
// Controls are left out.
import { element, styledCopy } from "./styled_copy.js";

const LEFT_OUT = "button:not(.link), input, select, textarea, math, details, script, .at-work, .unseen, .tip";
const [AROUND, GAP, LINE] = [16, 12, 24]; // pixels
const NOTHING = "rgba(0, 0, 0, 0)";

// Returns an SVG element with the parts below each other, and a caption above them, without what the selector `without`
// finds.
export function drawingOf(parts, { caption, without } = {}) {
  const drawing = element("svg");
  const edge = caption || parts.length > 1 ? AROUND : 0;
  let [width, height] = [0, edge];
  if (caption) {
    drawing.append(captionText(caption, edge, height + LINE / 2));
    height += LINE + GAP;
  }
  for (const [index, part] of parts.entries()) {
    const group = element("g", { transform: `translate(${edge}, ${height})` });
    const view = viewOf(part, without ? `${LEFT_OUT}, ${without}` : LEFT_OUT);
    add(group, part, view);
    drawing.append(group);
    width = Math.max(width, part.scrollWidth || part.clientWidth);
    height += (without ? view.bottom : part.clientHeight) + (index < parts.length - 1 ? GAP : edge);
  }
  for (const [name, value] of Object.entries({ width: width + 2 * edge, height, viewBox: `0 0 ${width + 2 * edge} ${height}` })) drawing.setAttribute(name, value);
  drawing.prepend(element("rect", { width: width + 2 * edge, height, fill: getComputedStyle(document.body).backgroundColor }));
  return drawing;
}

function captionText(caption, x, y) {
  const { color, fontFamily } = getComputedStyle(document.body);
  const text = element("text", { x, y, fill: color, "font-family": fontFamily, "font-size": 15, "dominant-baseline": "central" });
  text.textContent = caption;
  return text;
}

// How a part is seen: where its boxes are in the drawing, where the lowest one ends, and which of them are scrolled out
// of sight.
function viewOf(part, leftOut) {
  const origin = part.getBoundingClientRect();
  const view = { part, leftOut, bottom: 0, isSeen: () => true };
  view.placeOf = ({ left, top, width, height }) => {
    const place = { x: left - origin.left + part.scrollLeft, y: top - origin.top + part.scrollTop, width, height };
    view.bottom = Math.max(view.bottom, place.y + height);
    return place;
  };
  return view;
}

function add(group, each, view) {
  if (each.matches(view.leftOut) || !each.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
  const rect = each.getBoundingClientRect();
  const style = getComputedStyle(each);
  if (each.tagName === "svg") return group.append(drawn(each, view.placeOf(rect)));
  if (each.tagName === "CANVAS") return group.append(element("image", { ...view.placeOf(rect), href: each.toDataURL(), opacity: style.opacity, preserveAspectRatio: "none" }));
  if (each !== view.part) group.append(...groundOf(style, view.placeOf(rect)));
  const inside = each !== view.part && style.overflowY !== "visible" ? { ...view, isSeen: within(rect) } : view;
  for (const child of each.childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE) add(group, child, inside);
    else if (child.nodeType === Node.TEXT_NODE) group.append(...linesOf(child).filter(({ rect }) => inside.isSeen(rect)).map((line) => lineText(line, style, view)));
  }
}

const within = (box) => ({ top, bottom }) => top >= box.top - 1 && bottom <= box.bottom + 1;

function drawn(svg, place) {
  const copy = styledCopy(svg);
  const viewBox = svg.getAttribute("viewBox") ?? `0 0 ${place.width} ${place.height}`;
  for (const [name, value] of Object.entries({ ...place, viewBox })) copy.setAttribute(name, value);
  return copy;
}

// The ground of a box, and its frame.
function groundOf({ backgroundColor, backgroundImage, borderLeftWidth, borderTopWidth, borderTopColor, borderTopLeftRadius, outlineStyle, outlineColor, outlineWidth }, place) {
  const rx = Math.min(Number.parseFloat(borderTopLeftRadius) || 0, place.height / 2);
  const boxes = [];
  const colours = backgroundImage.match(/(?:rgba?|color|oklab|oklch)\([^()]*\)/g);
  if (backgroundImage.startsWith("linear-gradient") && colours) boxes.push(...gradient(colours, { ...place, rx }));
  else if (colours) boxes.push(element("rect", { ...place, rx, fill: colours[0] }));
  else if (backgroundColor !== NOTHING) boxes.push(element("rect", { ...place, rx, fill: backgroundColor }));
  const isFramed = borderLeftWidth !== "0px" && borderTopWidth !== "0px";
  const [stroke, width] = outlineStyle === "none" ? [borderTopColor, borderTopWidth] : [outlineColor, outlineWidth];
  if (isFramed || outlineStyle !== "none") boxes.push(element("rect", { ...place, rx, fill: "none", stroke, "stroke-width": width }));
  return boxes;
}

let gradients = 0;
function gradient(colours, place) {
  const made = element("linearGradient", { id: `ramp-${(gradients += 1)}` });
  made.append(...colours.map((colour, index) => element("stop", { offset: index / (colours.length - 1), "stop-color": colour })));
  return [made, element("rect", { ...place, fill: `url(#ramp-${gradients})` })];
}

// The lines of a text as the browser broke it: [{ text, rect }].
function linesOf(node) {
  const lines = [];
  const range = document.createRange();
  for (const { 0: word, index } of node.textContent.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const rect = range.getBoundingClientRect();
    const last = lines.at(-1);
    if (!last || rect.top > last.rect.top + rect.height / 2) lines.push({ text: word, rect });
    else Object.assign(last, { text: `${last.text} ${word}`, rect: DOMRect.fromRect({ x: last.rect.x, y: last.rect.y, width: rect.right - last.rect.left, height: last.rect.height }) });
  }
  return lines.filter(({ rect }) => rect.width > 0);
}

function lineText({ text, rect }, { color, fontFamily, fontSize, fontStyle, fontWeight }, { placeOf }) {
  const { x, y, width, height } = placeOf(rect);
  const made = element("text", {
    x,
    y: y + height / 2,
    textLength: width,
    "dominant-baseline": "central",
    fill: color,
    "font-family": fontFamily,
    "font-size": fontSize,
    "font-style": fontStyle,
    "font-weight": fontWeight,
  });
  made.textContent = text;
  return made;
}
