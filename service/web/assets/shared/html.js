// Components are functions that return html`…`, which htm turns into elements of Preact.
import { h } from "preact";
import htm from "htm";

const UNCACHED = 3; // htm's mark of an element that changes, and whose children do

// Without the cache of htm for elements that never change: each would keep the tree it was first shown in, and with it
// all numbers of an update that was left long ago.
export const html = htm.bind(function create(...parts) {
  this[0] = UNCACHED;
  return h(...parts);
});
