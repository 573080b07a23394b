// A part of the page that stays as it is while what it shows is the same, because others change with every frame.
import { useMemo } from "preact/hooks";

// `draw` is called again if something `by` which the part is drawn has changed.
export const Held = ({ by, draw }) => useMemo(draw, by);
