// The picture of a large network as SVG: its canvases as images, with their frames and texts.

// Returns an SVG element with the blocks in `box`; `element` creates one.
export function drawingOf(box, element) {
  const origin = box.getBoundingClientRect();
  const svg = element("svg");
  const placeOf = (each) => {
    const { left, top, width, height } = each.getBoundingClientRect();
    return { x: left - origin.left + box.scrollLeft, y: top - origin.top, width, height };
  };
  for (const cells of box.querySelectorAll(".cells")) {
    const canvas = cells.querySelector("canvas");
    const place = placeOf(cells);
    svg.append(element("image", { ...place, href: canvas.toDataURL(), opacity: getComputedStyle(canvas).opacity, preserveAspectRatio: "none" }));
    for (const framed of [cells, ...cells.querySelectorAll(".mark")]) svg.append(element("rect", { ...placeOf(framed), ...frameOf(framed) }));
  }
  for (const named of box.querySelectorAll("h2, .symbol, .scale")) svg.append(textOf(named, placeOf(named), element));
  return svg;
}

function frameOf(framed) {
  const { outlineColor, outlineWidth } = getComputedStyle(framed);
  return { fill: "none", stroke: outlineColor, "stroke-width": outlineWidth };
}

function textOf(named, { x, y, width, height }, element) {
  const { color, fontFamily, fontSize, fontStyle, fontWeight, textAlign } = getComputedStyle(named);
  const isCentred = textAlign === "center";
  const text = element("text", {
    x: isCentred ? x + width / 2 : x,
    y: y + height / 2,
    "dominant-baseline": "central",
    "text-anchor": isCentred ? "middle" : "start",
    fill: color,
    "font-family": fontFamily,
    "font-size": fontSize,
    "font-style": fontStyle,
    "font-weight": fontWeight,
  });
  text.textContent = named.innerText;
  return text;
}
