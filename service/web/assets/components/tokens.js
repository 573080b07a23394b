// The palette, and the scales of type and space.
import { html } from "../shared/html.js";

const COLOURS = ["paper", "sheet", "ink", "ink-soft", "line", "accent", "accent-soft", "accent-faint", "positive", "negative", "zero", "now", "now-soft", "good", "bad"];
const TYPES = [1, 2, 3, 4, 5];
const SPACES = [0, 1, 2, 3, 4, 6, 8];
const CORNERS = ["radius-small", "radius", "radius-round"];

export const TOKENS = [
  ["Colours", html`<ul class="swatches">${COLOURS.map((name) => html`<li key=${name}><i class="swatch" style=${`background:var(--${name})`}></i> <span class="small">${name}</span></li>`)}</ul>`],
  ["Type", TYPES.map((size) => html`<p key=${size} class="sample" style=${`font-size:var(--type-${size})`}>type-${size}: every weight has a number</p>`)],
  ["Space", SPACES.map((size) => html`<p key=${size} class="sample small"><i class="space" style=${`width:var(--space-${size})`}></i> space-${size}</p>`)],
  ["Corners", html`<p class="corners">${CORNERS.map((name) => html`<span key=${name} class="corner small" style=${`border-radius:var(--${name})`}>${name}</span>`)}</p>`],
];
