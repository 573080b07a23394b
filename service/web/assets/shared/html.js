// Components are functions that return html`…`, which htm makes Preact's elements of.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
