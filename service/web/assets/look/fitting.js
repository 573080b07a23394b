// Equations that are wider than their box become smaller, so that their results can be seen.
import { useLayoutEffect } from "preact/hooks";

const SMALLEST = 0.6; // of the usual size; what is wider still is scrolled
const OVERHANG = 5; // px by which italic signs can reach beyond their boxes
const ROUNDS = 3; // spaces between signs do not become smaller in proportion: one round leaves some pixels

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
  let wide = [...box.querySelectorAll("math")].map((element) => ({ element, share: 1 }));
  for (const { element } of wide) element.style.fontSize = "";
  for (const each of wide) each.size = Number.parseFloat(getComputedStyle(each.element).fontSize);
  for (let round = 0; round < ROUNDS && wide.length; round += 1) {
    for (const each of wide) each.room = each.element.parentElement.clientWidth / widthOf(each.element);
    wide = wide.filter(({ share, room }) => room < 1 && share > SMALLEST);
    for (const each of wide) {
      each.share = Math.max(each.share * each.room, SMALLEST);
      each.element.style.fontSize = `${each.size * each.share}px`;
    }
  }
}

function widthOf(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  return Math.ceil(range.getBoundingClientRect().width) + OVERHANG;
}
