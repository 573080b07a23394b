// What is wrong with the layout of the page as it is: text that is cut, text and controls that overlap, drawings and images
// that are stretched, panels that are half empty, and a page that is wider than its window. Returns sentences. What scrolls
// by itself may hide its contents; rotated texts of the network diagram have a test of their own.
() => {
  const CONTROLS = "button, input, select, textarea, summary, a";
  const EDGE = 1.5; // pixels by which boxes may touch: text has some space above and below its letters
  const faults = [];

  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const isHidden = (element) => element.closest(".unseen, [aria-hidden=true], [role=tooltip], .weight-label, .head h1, .head .theme span") !== null;
  const nameOf = (element, text) => `${element.closest("[class]")?.getAttribute("class") ?? ""} ${element.tagName.toLowerCase()} “${(text ?? element.innerText ?? "").trim().slice(0, 40)}”`;

  const ofImage = (element) => {
    const style = getComputedStyle(element);
    return { width: Number(style.getPropertyValue("--columns")), height: Number(style.getPropertyValue("--rows")) };
  };

  // The boxes of visible texts and controls; an equation is one box.
  const boxes = [];
  const add = (element, rect, text) => rect.width > 1 && rect.height > 1 && boxes.push({ element, text, left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom });
  for (const element of document.body.querySelectorAll("*")) {
    if (!isShown(element) || isHidden(element)) continue;
    if (element.matches("math, input, select, textarea")) add(element, element.getBoundingClientRect());
    else if (element.matches(CONTROLS)) add(element, element.getBoundingClientRect());
    if (element.closest("math, select, textarea, script, style, title")) continue;
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.textContent.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) add(element, rect, node.textContent);
    }
  }

  // The part of the window in which an element can be seen, and whether what is outside of it can be scrolled to.
  const cutBy = ({ element, left, right, top, bottom }) => {
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(each);
      if (each.tagName !== "svg" && overflowX === "visible" && overflowY === "visible") continue;
      const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";
      const seen = each.getBoundingClientRect();
      if (scrolls(overflowX) || scrolls(overflowY)) return null;
      if (overflowX !== "visible" && (left < seen.left - EDGE || right > seen.right + EDGE)) return each;
      if (overflowY !== "visible" && (top < seen.top - EDGE || bottom > seen.bottom + EDGE)) return each;
    }
    return null;
  };
  for (const box of boxes) {
    const cut = cutBy(box);
    if (cut) faults.push(`${nameOf(box.element, box.text)} is cut by ${nameOf(cut, "")}`);
    const button = box.element.closest("button, .tab")?.getBoundingClientRect();
    if (button && (box.left < button.left - EDGE || box.right > button.right + EDGE || box.top < button.top - EDGE || box.bottom > button.bottom + EDGE)) faults.push(`${nameOf(box.element, box.text)} is larger than its button`);
  }

  // The chosen text of a field that is too narrow for it.
  const ruler = document.createElement("canvas").getContext("2d");
  for (const field of document.querySelectorAll("select, input")) {
    if (!isShown(field) || !["select-one", "text", "number"].includes(field.type)) continue;
    const style = getComputedStyle(field);
    ruler.font = style.font;
    const text = field.tagName === "SELECT" ? (field.selectedOptions[0]?.text ?? "") : field.value || field.placeholder;
    const arrow = field.tagName === "SELECT" ? 16 : 0;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    if (ruler.measureText(text).width > room + EDGE) faults.push(`${nameOf(field, text)} is too narrow: ${Math.round(room)} of ${Math.round(ruler.measureText(text).width)}`);
  }

  // Overlaps, from top to bottom. What stays in place while the rest scrolls below it has an own ground.
  const groundOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const { position, overflowY, overflowX } = getComputedStyle(each);
      if (["sticky", "fixed"].includes(position) || (each !== document.body && /auto|scroll/.test(overflowY + overflowX))) return each;
    }
    return document.body;
  };
  const grounds = new Map();
  for (const box of boxes) {
    if (!grounds.has(box.element)) grounds.set(box.element, groundOf(box.element));
    box.ground = grounds.get(box.element);
  }
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, index) => {
    for (let next = index + 1; next < boxes.length && boxes[next].top < one.bottom - EDGE; next += 1) {
      const other = boxes[next];
      if (one.ground !== other.ground || one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const [wide, high] = [Math.min(one.right, other.right) - Math.max(one.left, other.left), Math.min(one.bottom, other.bottom) - other.top];
      if (wide > EDGE && high > 2 * EDGE) faults.push(`${nameOf(one.element, one.text)} and ${nameOf(other.element, other.text)} overlap by ${wide.toFixed(1)} × ${high.toFixed(1)}`);
    }
  });

  // The text in a unit is inside of its border, which is round at both ends.
  for (const text of document.querySelectorAll(".unit :is(.unit-name, .unit-value)")) {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const body = text.parentNode.querySelector(".body").getBoundingClientRect();
    const [radius, letters] = [body.height / 2, (bottom - top) / 4]; // half the height of a text are its letters
    const [across, up] = [Math.max(body.left + radius - left, right - body.right + radius, 0), Math.max(body.top + radius - top, bottom - body.top - radius) - letters];
    if (isShown(text) && Math.hypot(across, up) > radius - 1) faults.push(`${nameOf(text, text.textContent)} leaves its unit: ${Math.hypot(across, up).toFixed(1)} of ${radius}`);
  }

  // What takes part at this moment is in sight.
  for (const part of document.querySelectorAll(".phases [aria-current], .picture .band.lit text")) {
    const [{ left, right }, seen] = [part.getBoundingClientRect(), part.closest(".phases, .picture").getBoundingClientRect()];
    if (isShown(part) && (left < seen.left - EDGE || right > seen.right + EDGE)) faults.push(`${nameOf(part, part.textContent)} is out of sight`);
  }

  // A panel is not much higher than what is in it.
  const [EMPTY, LEAST] = [0.4, 150]; // a share of its height, and pixels
  for (const panel of document.querySelectorAll(".panel")) {
    if (!isShown(panel) || !panel.lastElementChild) continue;
    const { bottom, height } = panel.getBoundingClientRect();
    const empty = bottom - Math.max(...[...panel.children].map((child) => child.getBoundingClientRect().bottom));
    if (empty > Math.max(EMPTY * height, LEAST)) faults.push(`${nameOf(panel, panel.getAttribute("aria-label") ?? "")} is empty in its lower ${Math.round(empty)} of ${Math.round(height)} px`);
  }

  // An equation is seen as a whole.
  for (const box of document.querySelectorAll(":has(> math)")) {
    if (isShown(box) && box.scrollWidth > box.clientWidth + EDGE) faults.push(`${nameOf(box)} is wider than its box: ${box.scrollWidth} of ${box.clientWidth}`);
  }

  // Drawings have as many pixels in both directions as their boxes; images have square pixels.
  for (const canvas of document.querySelectorAll("canvas")) {
    const { clientWidth: wide, clientHeight: high } = canvas;
    const isEmpty = canvas.width === 300 && canvas.height === 150; // as a canvas is before anything is drawn
    if (!isShown(canvas) || !wide || !high || isEmpty) continue;
    const image = canvas.closest(".example-image, .of-images .cells, .unit-image .cells");
    const { width, height } = image ? ofImage(image) : canvas;
    if (Math.abs(wide / width - high / height) * Math.min(width, height) > 2 * EDGE) faults.push(`${nameOf(canvas, "")} of ${width} × ${height} is stretched to ${wide} × ${high}`);
  }

  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth - innerWidth} px wider than its window`);
  return [...new Set(faults)];
}
