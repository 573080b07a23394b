// Where people enter: the first view, signing in, lessons, and what is not there.
import { List } from "../lessons/list.js";
import { NotFound } from "../look/not_found.js";
import { html } from "../shared/html.js";
import { TokenForm } from "../shared/sign_in.js";
import { Start } from "../start/start.js";

const nothing = () => {};
const parts = [{}, {}, {}];

const LESSONS = [
  { id: "what-a-weight-is", title: "What a weight is", summary: "A number, and what it does.", parts },
  { id: "unreadable", title: "A lesson of a teacher", problem: "line 12: a question has no answer", parts: [] },
  { id: "long", title: "A lesson whose title is longer than most titles of lessons are", summary: "A summary of two sentences. The second one makes it long enough for several lines.", parts },
];

export const ENTRANCES = [
  ["First view", html`<${Start} />`, "wide"],
  ["Sign in", html`<div class="sign-in"><${TokenForm} onToken=${nothing} /></div>`],
  ["Sign in after a wrong token", html`<div class="sign-in"><${TokenForm} problem="The token is unknown: it may be mistyped, or it was deleted." onToken=${nothing} /></div>`],
  ["Lessons", html`<${List} lessons=${LESSONS} />`, "wide"],
  ["What is not there", html`<${NotFound} message="Update 71 was deleted." network="small" latest=${300} />`],
];
