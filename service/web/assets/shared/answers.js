// Answers of the service that a part of the page shows, and how they are kept up to date.
import { useEffect, useRef, useState } from "preact/hooks";

const GAP = 200; // ms between two questions: a few a second are as many as an eye can follow
const AWAY = 1000; // ms before a service that is away is asked again

const NOTHING = { key: null, answer: null, error: null };

// Asks again whenever `key` becomes another: one question at a time, and of those that come up in
// the meantime only the last. Returns the last answer, with the key that it belongs to, until the
// next is there, so that nothing flickers. Without a key nothing is asked.
export function useAnswer(key, ask) {
  const [answered, setAnswered] = useState(NOTHING);
  const asker = useRef(null);
  asker.current ??= newAsker(setAnswered);
  useEffect(() => {
    if (key !== null) asker.current.want({ key, ask });
  }, [key]);
  useEffect(() => () => asker.current.end(), []);
  return answered;
}

function newAsker(tell) {
  let wanted = null;
  let isBusy = false;
  let isOver = false;

  async function work() {
    isBusy = true;
    while (wanted && !isOver) {
      const { key, ask } = wanted;
      wanted = null;
      try {
        const answer = await ask();
        if (!isOver) tell({ key, answer, error: null });
        await pause(GAP);
      } catch (error) {
        if (error.isAway) {
          wanted ??= { key, ask };
          await pause(AWAY);
        } else if (!isOver) tell({ key, answer: null, error });
      }
    }
    isBusy = false;
  }

  return {
    want(question) {
      wanted = question;
      if (!isBusy) work();
    },
    end() {
      isOver = true;
    },
  };
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
