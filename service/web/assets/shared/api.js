// Calls of the HTTP API. Every number that the page shows comes from here.
import { notifyUnavailable, notifyAvailable } from "./notices.js";
import { sentence } from "./sentence.js";
import { authorization, hasToken, refuseToken } from "./token.js";

const UNAUTHENTICATED = 401;
const UNAVAILABLE = 503;

// An error of the service, or a failure to reach it: `message` is for people.
export class ApiError extends Error {
  constructor(code, status, reason, message, violations = []) {
    super(sentence(message));
    Object.assign(this, { code, status, reason, violations });
  }

  get isUnavailable() {
    return this.code === 0 || this.code === UNAVAILABLE;
  }
}

async function call(method, path, { query, body, signal, isBinary } = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of [value].flat()) if (each !== undefined && each !== null) search.append(name, each);
  }
  const url = `/v1/${path}${search.size ? `?${search}` : ""}`;
  const init = { method, signal, headers: authorization() };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["Content-Type"] = "application/json";
  }
  if (isBinary) init.headers.Accept = "application/octet-stream";
  const asked = performance.now();
  let response, answer;
  try {
    response = await fetch(url, init);
    answer = await (isBinary && response.ok ? response.arrayBuffer() : response.json()); // fails too if the connection is lost, or a proxy answers
  } catch (error) {
    if (error.name === "AbortError") throw error;
    notifyUnavailable();
    throw new ApiError(0, "UNAVAILABLE", "UNREACHABLE", "The server cannot be reached. Check that it is running.");
  }
  if (response.status === UNAVAILABLE) notifyUnavailable();
  else notifyAvailable(asked);
  if (response.ok) return answer;
  const { code, status, message, details } = answer.error;
  if (code === UNAUTHENTICATED) refuseToken(sentence(message));
  const reason = details.find((detail) => detail.reason)?.reason ?? "";
  const violations = details.find((detail) => detail.fieldViolations)?.fieldViolations ?? [];
  throw new ApiError(code, status, reason, message, violations);
}

export const get = (path, query, signal) => call("GET", path, { query, signal });
export const post = (path, body = {}, signal) => call("POST", path, { body, signal });
// Return an ArrayBuffer.
export const getBytes = (path, query, signal) => call("GET", path, { query, signal, isBinary: true });
export const postBytes = (path, body, signal) => call("POST", path, { body, signal, isBinary: true });
export const patch = (path, body) => call("PATCH", path, { body });
export const remove = (path) => call("DELETE", path);

// Returns the address of a stream that the browser opens itself, and for which it sends no headers: with
// a ticket if there is a token. It can be used once, within seconds.
export async function streamAddress(path, query) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  if (hasToken()) search.set("ticket", (await post("tickets")).ticket);
  return `/v1/${path}?${search}`;
}

// Watches a network without a gap, through lost connections and restarts of the service. Calls
// `on.updates(list)`, `on.runEvent(event)`, `on.bookmark(number)`, `on.state("open" | "lost" |
// "refused", message)`. Returns a function that ends the watch.
export function follow(network, query, on) {
  let source = null;
  let isEnded = false;
  const open = async () => {
    try {
      const address = await streamAddress(`networks/${network}/updates:watch`, query);
      if (!isEnded) source = listen(address, on);
    } catch (error) {
      on.state?.("refused", error.isUnavailable ? "" : error.message);
    }
  };
  open();
  return () => {
    isEnded = true;
    source?.close();
  };
}

function listen(address, on) {
  const source = new EventSource(address);
  let lastEvent = 0;
  source.onopen = () => on.state?.("open", "");
  source.onmessage = ({ data }) => {
    const { updates, runEvent, bookmark } = JSON.parse(data);
    if (updates) on.updates?.(updates.updates);
    if (bookmark) on.bookmark?.(Number(bookmark.latestUpdate));
    // After a reconnection the events at that position are sent again, with the same numbers.
    if (runEvent && Number(runEvent.event) > lastEvent) {
      lastEvent = Number(runEvent.event);
      on.runEvent?.(runEvent);
    }
  };
  source.onerror = ({ data }) => {
    const { code, status, message } = data ? JSON.parse(data).error : { message: "" };
    if (code === UNAUTHENTICATED) refuseToken(sentence(message));
    // What is stored is not what the page shows: connecting again would hide that.
    const isLost = status === "DATA_LOSS";
    // The browser would connect again with the ticket, which is used.
    if (hasToken() || isLost) source.close();
    const said = isLost ? `${sentence(message)} Reload the page.` : message;
    on.state?.(source.readyState === EventSource.CLOSED ? "refused" : "lost", said);
  };
  source.addEventListener("end", () => source.close());
  return source;
}
