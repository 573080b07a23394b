// Responses of the service that a part of the page shows, kept up to date.
import { useEffect, useRef, useState } from "preact/hooks";
import { notify } from "./notices.js";

const GAP = 200; // ms between two requests: people cannot follow more than a few changes per second
const AWAY = 1000; // ms before a retry while the service is unavailable

const NOTHING = { key: null, answer: null, error: null };

// Calls `ask(signal)` whenever `key` changes: one request at a time, and of those that come up in the
// meantime only the last. An urgent request aborts the one before. Returns the last answer with its key
// until the next one arrives, so that nothing flickers. Without a key it does nothing. An error is shown
// as a notice, or passed to `refused`. `gap` is the pause after an answer, in ms.
export function useAnswer(key, ask, { isUrgent = false, refused = notify, gap } = {}) {
  const [answered, setAnswered] = useState(NOTHING);
  const asker = useRef(null);
  asker.current ??= newAsker(setAnswered, isUrgent);
  useEffect(() => {
    if (key !== null) asker.current.request({ key, ask, refused, gap });
  }, [key]);
  useEffect(() => () => asker.current.end(), []);
  return answered;
}

function newAsker(publish, isUrgent) {
  let wanted = null;
  let asking = null;
  let isOver = false;

  async function work() {
    while (wanted && !isOver) {
      const question = wanted;
      wanted = null;
      asking = new AbortController();
      await attempt(question, asking.signal);
    }
    asking = null;
  }

  async function attempt(question, signal) {
    const { key, ask, refused, gap } = question;
    const began = performance.now();
    try {
      const answer = await ask(signal);
      if (signal.aborted) return;
      publish({ key, answer, error: null });
      // A slow service gets as much time for others as the answer took it.
      if (!isUrgent) await pause(gap ?? Math.max(GAP, performance.now() - began));
    } catch (error) {
      if (signal.aborted) return;
      if (error.isUnavailable) {
        await pause(AWAY);
        wanted ??= question;
      } else {
        refused(error);
        publish((last) => ({ ...last, error }));
      }
    }
  }

  return {
    request(question) {
      wanted = question;
      if (!asking) work();
      else if (isUrgent) asking.abort();
    },
    end() {
      isOver = true;
      asking?.abort();
    },
  };
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
