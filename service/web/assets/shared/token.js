// The token with which this tab proves who its user is. It is kept as long as the tab is open.
import { useEffect, useState } from "preact/hooks";

const NAME = "token";
const listeners = new Set();
let problem = null;

export const hasToken = () => sessionStorage.getItem(NAME) !== null;

export function keepToken(token) {
  sessionStorage.setItem(NAME, token);
}

export function forgetToken() {
  sessionStorage.removeItem(NAME);
}

// The headers that each call needs.
export const authorization = () => (hasToken() ? { Authorization: `Bearer ${sessionStorage.getItem(NAME)}` } : {});

// The server does not accept the token, or requires one: why, in a sentence.
export function refuseToken(message) {
  problem = message;
  for (const listener of listeners) listener(message);
}

// Returns why the page needs a token, null if it does not.
export function useTokenProblem() {
  const [shown, setShown] = useState(problem);
  useEffect(() => {
    listeners.add(setShown);
    setShown(problem);
    return () => listeners.delete(setShown);
  }, []);
  return shown;
}
