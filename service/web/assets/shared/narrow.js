// Whether the window is as narrow as that of a phone.
import { useEffect, useState } from "preact/hooks";

const PHONE = matchMedia("(max-width: 560px)");

// It changes when the window does, for example when a phone is turned.
export function useNarrow() {
  const [isNarrow, setNarrow] = useState(PHONE.matches);
  useEffect(() => {
    const look = () => setNarrow(PHONE.matches);
    look();
    PHONE.addEventListener("change", look);
    return () => PHONE.removeEventListener("change", look);
  }, []);
  return isNarrow;
}
