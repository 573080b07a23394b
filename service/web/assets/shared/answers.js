// Responses of the service that a part of the page shows, kept up to date.
import { useEffect, useRef, useState } from "preact/hooks";
import { notify } from "./notices.js";

const GAP = 200; // ms between two requests: people cannot follow more than a few changes per second
const AWAY = 1000; // ms before a retry while the service is unavailable

const NOTHING = { key: null, answer: null, error: null };

// Calls `ask(signal)` whenever `key` changes: one request at a time, or `atOnce`, and of those that come up in
// the meantime only the last. An urgent request aborts the one before. Returns the last answer with its key
// until the next one arrives, so that nothing flickers. Without a key it does nothing. An error is shown
// as a notice, or passed to `refused`. `gap` is the pause after an answer, in ms.
export function useAnswer(key, ask, { isUrgent = false, refused = notify, gap, atOnce = 1 } = {}) {
  const [answered, setAnswered] = useState(NOTHING);
  const asker = useRef(null);
  asker.current ??= newAsker(setAnswered, isUrgent, atOnce);
  useEffect(() => {
    if (key !== null) asker.current.request({ key, ask, refused, gap });
  }, [key]);
  useEffect(() => () => asker.current.end(), []);
  return answered;
}

function newAsker(publish, isUrgent, atOnce) {
  let wanted = null;
  const asking = new Set();
  let isOver = false;
  let [asked, answered] = [0, 0]; // numbers of questions: an answer to an earlier one can arrive later

  async function work() {
    while (wanted && !isOver && asking.size < atOnce) {
      const question = wanted;
      wanted = null;
      const controller = new AbortController();
      asking.add(controller);
      await attempt(question, (asked += 1), controller.signal);
      asking.delete(controller);
    }
  }

  async function attempt(question, number, signal) {
    const { key, ask, refused, gap } = question;
    const began = performance.now();
    try {
      const answer = await ask(signal);
      if (signal.aborted) return;
      if (number > answered) publish({ key, answer, error: null });
      answered = Math.max(number, answered);
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
      if (asking.size < atOnce) work();
      else if (isUrgent) for (const controller of asking) controller.abort();
    },
    end() {
      isOver = true;
      for (const controller of asking) controller.abort();
    },
  };
}

const pause = (time) => (time > 0 ? new Promise((resolve) => setTimeout(resolve, time)) : undefined);
