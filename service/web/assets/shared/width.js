// The width of an element, for drawings whose text keeps its size.
import { useLayoutEffect, useState } from "preact/hooks";

// Returns the ref of the element, which may appear later, and its width in pixels: `first` until it is measured.
export function useWidth(first) {
  const [element, setElement] = useState(null);
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    if (!element) return undefined;
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width];
}
