// Hidden units that are left out at random.
import { html } from "../../shared/html.js";
import { numbersOrTexts, optionalNumber } from "../../shared/number_input.js";
import { Entry } from "../fields.js";

export const DROPOUT = {
  legend: "Dropout of hidden units",
  defaults: { dropout: "", dropoutSeed: "" },
  Fields: (field) => html`
    <${Entry} ...${field} name="dropout" label="Rate, or by layer" placeholder="None, or 0.2" isText />
    <${Entry} ...${field} name="dropoutSeed" label="Seed of dropout" placeholder="0" />
  `,
  settingsOf: (values) => {
    const rates = numbersOrTexts(values.dropout);
    return rates.length ? { dropout: { rates, seed: optionalNumber(values.dropoutSeed) } } : {};
  },
  places: [
    [/^settings\.dropout\.seed/, "dropoutSeed"],
    [/^settings\.dropout/, "dropout"],
  ],
};
