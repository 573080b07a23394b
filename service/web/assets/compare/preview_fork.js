// The fork that shows an edit in preview, and is deleted with the preview.
import { useEffect, useRef } from "preact/hooks";
import { patch, post, remove } from "../shared/api.js";
import { authorization } from "../shared/token.js";

export function usePreviewFork() {
  const previewFork = useRef(null);
  previewFork.current ??= newPreviewFork();
  useEffect(() => {
    const leave = () => previewFork.current.leave();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return previewFork.current;
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
      const { network } = await post(`networks/${name}:fork`, { update, newNetwork, labels: { preview: "unsaved edit" } });
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
    // A page that is being closed cannot wait for the response.
    leave() {
      const left = take();
      if (left) fetch(`/v1/networks/${left}`, { method: "DELETE", headers: authorization(), keepalive: true }).catch(() => {});
    },
  };
}
