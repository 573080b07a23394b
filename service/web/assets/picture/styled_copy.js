// A copy of an SVG element with its styles written into it, so that any program draws it as the page does, in the
// current theme.

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

export function element(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function styledCopy(original, above) {
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
