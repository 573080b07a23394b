// The token with which this tab proves who its user is. It is kept as long as the tab is open.
import { useEffect, useState } from "preact/hooks";

const NAME = "token";
const storage = tabStorage();
const listeners = new Set();
let problem = null;

// A browser may give the frame of another page no storage: then the token is kept until the page is left.
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    const kept = new Map();
    return { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text), removeItem: (name) => kept.delete(name) };
  }
}

export const hasToken = () => storage.getItem(NAME) !== null;

export function keepToken(token) {
  storage.setItem(NAME, token);
}

export function forgetToken() {
  storage.removeItem(NAME);
}

// The headers that each call needs.
export const authorization = () => (hasToken() ? { Authorization: `Bearer ${storage.getItem(NAME)}` } : {});

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
