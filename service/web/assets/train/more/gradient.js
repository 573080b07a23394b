// What is done to the gradient before the optimizer's step: penalties, clipping, frozen parameters.
import { html } from "../../shared/html.js";
import { numberOrText, optionalNumber } from "../../shared/number_input.js";
import { Check, Entry } from "../fields.js";

export const GRADIENT = {
  legend: "Penalty, clipping and frozen parameters",
  defaults: { l1: "", l2: "", clipValue: "", clipNorm: "", frozenLayers: "", frozenBiases: false },
  Fields: (field) => html`
    <${Entry} ...${field} name="l1" label="L1 penalty" placeholder="None" />
    <${Entry} ...${field} name="l2" label="L2 penalty" placeholder="None" />
    <${Entry} ...${field} name="clipValue" label="Clip by value" placeholder="No limit" />
    <${Entry} ...${field} name="clipNorm" label="Clip by norm" placeholder="No limit" />
    <${Entry} ...${field} name="frozenLayers" label="Frozen layers" placeholder="None, or 1 2" isText />
    <${Check} ...${field} name="frozenBiases" label="Freeze all biases" />
  `,
  settingsOf: (values) => {
    const penalty = givenOf({ l1: optionalNumber(values.l1), l2: optionalNumber(values.l2) });
    const clipping = givenOf({ value: optionalNumber(values.clipValue), norm: optionalNumber(values.clipNorm) });
    const layers = values.frozenLayers.split(/[\s,;]+/).filter(Boolean).map(numberOrText);
    const frozen = givenOf({ layers: layers.length ? layers : undefined, biases: values.frozenBiases || undefined });
    return givenOf({ penalty, clipping, frozen }) ?? {};
  },
  places: [
    [/^settings\.penalty\.l1/, "l1"],
    [/^settings\.penalty/, "l2"],
    [/^settings\.clipping\.value/, "clipValue"],
    [/^settings\.clipping/, "clipNorm"],
    [/^settings\.frozen\.biases/, "frozenBiases"],
    [/^settings\.frozen/, "frozenLayers"],
  ],
};

// The fields that are given; undefined if none is.
function givenOf(fields) {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length ? Object.fromEntries(given) : undefined;
}
