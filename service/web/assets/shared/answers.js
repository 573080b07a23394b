// Answers of the service that a part of the page shows, and how they are kept up to date.
import { useEffect, useRef, useState } from "preact/hooks";
import { notify } from "./notices.js";

const GAP = 200; // ms between two questions: a few a second are as many as an eye can follow
const AWAY = 1000; // ms before a service that is away is asked again

const NOTHING = { key: null, answer: null, error: null };

// Asks `ask(signal)` again whenever `key` becomes another: one question at a time, and of those that
// come up in the meantime only the last. An urgent one breaks off the one before. Returns the last
// answer, with the key that it belongs to, until the next is there, so that nothing flickers. Without
// a key nothing is asked. A refusal is said, or goes to `refused`.
export function useAnswer(key, ask, { isUrgent = false, refused = notify } = {}) {
  const [answered, setAnswered] = useState(NOTHING);
  const asker = useRef(null);
  asker.current ??= newAsker(setAnswered, isUrgent);
  useEffect(() => {
    if (key !== null) asker.current.want({ key, ask, refused });
  }, [key]);
  useEffect(() => () => asker.current.end(), []);
  return answered;
}

function newAsker(tell, isUrgent) {
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
    const { key, ask, refused } = question;
    try {
      const answer = await ask(signal);
      if (signal.aborted) return;
      tell({ key, answer, error: null });
      if (!isUrgent) await pause(GAP);
    } catch (error) {
      if (signal.aborted) return;
      if (error.isAway) {
        await pause(AWAY);
        wanted ??= question;
      } else {
        refused(error);
        tell((last) => ({ ...last, error }));
      }
    }
  }

  return {
    want(question) {
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
