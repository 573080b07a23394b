// Components are functions that return html`…`, which htm turns into elements of Preact.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
