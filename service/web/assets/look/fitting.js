// Equations that are wider than their box become smaller, so that their results can be seen.
import { useLayoutEffect } from "preact/hooks";

const SMALLEST = 0.65; // of the usual size; what is wider still is scrolled
const SPARE = 0.98; // spaces between signs do not become smaller in proportion

// `box` is a reference; its equations change with `content`.
export function useFitting(box, content) {
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => fit(box.current));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => fit(box.current), [content]);
}

function fit(box) {
  const all = [...box.querySelectorAll("math")];
  for (const each of all) each.style.fontSize = "";
  const shares = all.map((each) => each.parentElement.clientWidth / widthOf(each));
  all.forEach((each, index) => {
    if (shares[index] >= 1) return;
    const size = Number.parseFloat(getComputedStyle(each).fontSize);
    each.style.fontSize = `${size * Math.max(SPARE * shares[index], SMALLEST)}px`;
  });
}

function widthOf(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  return Math.ceil(range.getBoundingClientRect().width) + 1;
}
