// Calls of the service. Every number that the page shows comes from here.
import { notifyAway, notifyBack } from "./notices.js";

const UNAVAILABLE = 503;

// What the service refused, or that it could not be reached: `message` is for people.
export class ApiError extends Error {
  constructor(code, status, reason, message, violations = []) {
    super(message);
    Object.assign(this, { code, status, reason, violations });
  }

  get isAway() {
    return this.code === 0 || this.code === UNAVAILABLE;
  }
}

async function call(method, path, { query, body, signal } = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of [value].flat()) if (each !== undefined && each !== null) search.append(name, each);
  }
  const url = `/v1/${path}${search.size ? `?${search}` : ""}`;
  const init = { method, signal, headers: {} };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    notifyAway();
    throw new ApiError(0, "UNAVAILABLE", "UNREACHABLE", "The service cannot be reached.");
  }
  const answer = await response.json();
  if (response.status === UNAVAILABLE) notifyAway();
  else notifyBack();
  if (response.ok) return answer;
  const { code, status, message, details } = answer.error;
  const reason = details.find((detail) => detail.reason)?.reason ?? "";
  const violations = details.find((detail) => detail.fieldViolations)?.fieldViolations ?? [];
  throw new ApiError(code, status, reason, message, violations);
}

export const get = (path, query, signal) => call("GET", path, { query, signal });
export const post = (path, body = {}, signal) => call("POST", path, { body, signal });
export const patch = (path, body) => call("PATCH", path, { body });
export const remove = (path) => call("DELETE", path);

// Follows a network, through lost connections and restarts of the service, without a gap. Calls
// `on.updates(list)`, `on.runEvent(event)`, `on.bookmark(number)`, `on.state("open" | "lost" |
// "refused", message)`. Returns what ends it.
export function follow(network, query, on) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  const source = new EventSource(`/v1/networks/${network}/updates:watch?${search}`);
  let lastEvent = 0;
  source.onopen = () => on.state?.("open", "");
  source.onmessage = ({ data }) => {
    const { updates, runEvent, bookmark } = JSON.parse(data);
    if (updates) on.updates?.(updates.updates);
    if (bookmark) on.bookmark?.(Number(bookmark.latestUpdate));
    // After a new connection the events at that place come again, with the numbers that they had.
    if (runEvent && Number(runEvent.event) > lastEvent) {
      lastEvent = Number(runEvent.event);
      on.runEvent?.(runEvent);
    }
  };
  source.onerror = ({ data }) => {
    const message = data ? JSON.parse(data).error.message : "";
    on.state?.(source.readyState === EventSource.CLOSED ? "refused" : "lost", message);
  };
  source.addEventListener("end", () => source.close());
  return () => source.close();
}
