// The picture of the stage: units and lines as far as they can be told apart, else matrices.
import { Matrices } from "../picture/matrices.js";
import { Picture } from "../picture/picture.js";
import { isReadable } from "../picture/still.js";
import { html } from "../shared/html.js";
import { keyOf } from "../shared/parameters.js";
import { blocksOf, stillBlocks } from "./blocks.js";
import { changedView, viewOf } from "./view.js";

export function StagePicture({ opened, moment, scale, weight, unit, pointed, setPointed, setUnplaced, secret }) {
  const { network } = opened;
  if (isReadable(network)) {
    const view = moment ? viewOf(opened, moment, secret) : changedView(opened);
    return html`<${Picture} ...${{ view, scale, weight, unit, pointed, setPointed, setUnplaced }} />`;
  }
  const blocks = moment ? blocksOf(opened, moment, scale, secret) : stillBlocks(opened.state.layers, scale, opened.comparison?.changes.map(keyOf));
  return html`<${Matrices} ...${{ network, blocks, weight, unit, pointed }} />`;
}
