// A fork that is there while an edit is looked at, and not longer.
import { useEffect, useRef } from "preact/hooks";
import { patch, post, remove } from "../shared/api.js";

export function usePreviewFork() {
  const scratch = useRef(null);
  scratch.current ??= newPreviewFork();
  useEffect(() => {
    const leave = () => scratch.current.leave();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return scratch.current;
}

function newPreviewFork() {
  let fork = null;
  const take = () => {
    const taken = fork;
    fork = null;
    return taken;
  };
  return {
    async make({ name, update }, weight, newNetwork) {
      const { network } = await post(`networks/${name}:fork`, { update, newNetwork, labels: { scratch: "a preview" } });
      fork = network.network;
      try {
        await post(`networks/${fork}:setWeights`, { weights: [weight] });
      } catch (error) {
        await remove(`networks/${take()}`);
        throw error;
      }
      return { name: fork, update: 1, network };
    },
    async keep(edit) {
      const kept = take();
      await patch(`networks/${kept}`, { labels: { edit } });
      return kept;
    },
    async drop() {
      const dropped = take();
      if (dropped) await remove(`networks/${dropped}`);
    },
    // A page that is left cannot wait for an answer.
    leave() {
      const left = take();
      if (left) fetch(`/v1/networks/${left}`, { method: "DELETE", keepalive: true }).catch(() => {});
    },
  };
}
