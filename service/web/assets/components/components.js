// All components of the page in all states, with data of their own: /web/components. Whoever changes a style looks here,
// and a test measures it in each window and theme.
import { render } from "preact";
import { describe } from "../shared/functions.js";
import { html } from "../shared/html.js";
import { CONTROLS } from "./controls.js";
import { ENTRANCES } from "./entrances.js";
import { SHOWN_EXAMPLES } from "./examples.js";
import { LOOK } from "./look.js";
import { NETWORKS } from "./networks.js";
import { NUMBERS } from "./numbers.js";
import { PICTURES } from "./pictures.js";
import { BOUNDED } from "./samples.js";
import { replaceService } from "./service.js";
import { TOKENS } from "./tokens.js";
import { TRAINING } from "./training.js";

// What the service says of the functions that these networks have.
describe({ activations: BOUNDED, costFunctions: [], optimizers: [], initializers: [] });

const SECTIONS = [
  ["Tokens", TOKENS],
  ["Controls", CONTROLS],
  ["Numbers", NUMBERS],
  ["Pictures", PICTURES],
  ["Look inside", LOOK],
  ["Training", TRAINING],
  ["Examples", SHOWN_EXAMPLES],
  ["Networks", NETWORKS],
  ["Entrances", ENTRANCES],
];

// A specimen: [name, content, the mode whose styles it has, or "wide" if it needs the whole width].
const Specimen = ({ name, content, mode = "" }) => html`
  <section class="specimen" aria-label=${name}>
    <h3 class="small soft">${name}</h3>
    <div class=${mode}>${content}</div>
  </section>
`;

const Components = () => html`
  <header class="head"><h1>Components</h1></header>
  <main class="components">
    <p class="soft">Every component of the page in its states, in the theme of the system. Its data are made up.</p>
    ${SECTIONS.map(
      ([title, specimens]) => html`
        <h2 key=${title}>${title}</h2>
        <div class="specimens">${specimens.map(([name, content, mode]) => html`<${Specimen} key=${name} ...${{ name, content, mode }} />`)}</div>
      `,
    )}
  </main>
`;

replaceService();
document.title = "Components · Clearprop";
render(html`<${Components} />`, document.body);
