// Reading responses: what a status means, what the provider wrote, how long it asks to wait.

import { NAME } from "./definition.js";
import { decode, parse } from "./json.js";

const RECOVERY = {
  "bad-credential": "give-up",
  "malformed-response": "give-up",
  "operation-failed": "give-up",
  "unexpected-status": "give-up",
  "invalid-client": "reconfigure",
  "not-found": "reconfigure",
  "permission-missing": "reconfigure",
  rejected: "reconfigure",
  network: "retry",
  "rate-limited": "retry",
  timeout: "retry-if-repeatable",
  unavailable: "retry-if-repeatable",
  redirected: "alarm",
};

/** Builds a failure. `wait`: the seconds that the provider asks to wait, if it does. */
export function failure(code, message, hint, { wait, ...more } = {}) {
  const tag = RECOVERY[code];
  const recovery = tag.startsWith("retry") ? { tag, val: wait } : { tag };
  return { code, recovery, message, hint, ...more };
}

export const malformed = (message) => {
  const hint = `A proxy on the way can answer in ${NAME}'s place; otherwise the API has changed.`;
  return failure("malformed-response", message, hint);
};

export function header(response, name) {
  return response.headers.find(([given]) => given.toLowerCase() === name)?.[1].trim();
}

/** Reads JSON. Returns the text beside the value. */
export function json(response) {
  const type = header(response, "content-type")?.split(";")[0].trim().toLowerCase();
  if (type && type !== "application/json" && !type.endsWith("+json")) {
    throw malformed("Something other than JSON came back.");
  }
  const announced = header(response, "content-length") ?? "";
  if (/^\d+$/.test(announced) && response.body.length < Number(announced)) {
    throw malformed("The answer ends too early.");
  }
  let text;
  try {
    text = decode(response.body);
  } catch (error) {
    throw error instanceof URIError ? malformed("The answer is not UTF-8.") : error;
  }
  try {
    return { text, value: parse(text) };
  } catch (error) {
    // Memory that runs out is no fault of the answer.
    throw error instanceof SyntaxError ? malformed("The answer is not in the documented form.") : error;
  }
}

/** Returns what Datadog wrote, `{"errors": ["…"]}`, as one line of at most 300 characters. */
function providerMessage(response) {
  let body;
  try {
    body = parse(decode(response.body));
  } catch {
    return undefined;
  }
  const first = body?.message ?? (Array.isArray(body?.errors) ? body.errors[0] : undefined);
  if (typeof first !== "string") return undefined;
  // Control characters, and those that turn the direction of a text.
  const hidden = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  return [...first.replace(/[\s\u0085]/g, " ").replace(hidden, "")].slice(0, 300).join("").trim() || undefined;
}

const MAX_U32 = 0xffff_ffff;

/** Returns the seconds to wait: those of `retry-after`, or those until the limit is reset (*Rate Limits*). */
function wait(response) {
  const after = header(response, "retry-after") ?? "";
  const reset = response.status === 429 ? (header(response, "x-ratelimit-reset") ?? "") : "";
  if (/^\d+$/.test(after)) return Math.min(Number(after), MAX_U32);
  const moment = / GMT$/.test(after) ? Date.parse(after) / 1000 : NaN;
  if (!Number.isNaN(moment)) return Math.min(Math.max(moment - Number(response.receivedAt), 0), MAX_U32);
  return /^\d+$/.test(reset) ? Math.min(Number(reset), MAX_U32) : undefined;
}

const CHECK_KEYS = "Check the keys, the site that they belong to, and the application key, which reading needs.";
const REFUSED = [400, 405, 409, 410, 413, 414, 415, 422];

/** Returns code, message and hint for a status that is no success. */
function meaning(status, said) {
  if (REFUSED.includes(status)) {
    const silent = "It does not say why: compare what was sent with its documentation.";
    const hint = said ? "Correct what the provider's message names." : silent;
    return ["rejected", `${NAME} refuses the request as it is.`, hint];
  }
  if (status === 401) return ["invalid-client", `${NAME} does not accept the keys.`, CHECK_KEYS];
  if (status === 403) return ["permission-missing", "The keys are not allowed to do this.", CHECK_KEYS];
  if (status === 404) return ["not-found", `${NAME} does not know what was asked for.`, "Check the id and the path."];
  if (status === 407) {
    const hint = `Ask those who run this platform's network; ${NAME} was not reached.`;
    return ["network", "A proxy on the way asks for a sign-in of its own.", hint];
  }
  if (status === 408) return ["timeout", `${NAME} gave up waiting for the request.`, "Try again."];
  if (status === 429) return ["rate-limited", `${NAME} received too many requests.`, "Wait before trying again."];
  if (status >= 500) return ["unavailable", `${NAME} cannot answer at the moment.`, "Try again later."];
  if (status >= 300 && status <= 399) {
    const hint = `A proxy or sign-in page on the way can answer in ${NAME}'s place.`;
    return ["redirected", "The answer sends to another address, which was not followed.", hint];
  }
  const hint = `A proxy on the way can answer in ${NAME}'s place.`;
  return ["unexpected-status", `The answer has the unexpected status ${status}.`, hint];
}

/** Reads the response to an API request: success is any 2xx. Throws what failed. */
export function success(response) {
  const { status } = response;
  if (status >= 200 && status <= 299) return;
  const said = providerMessage(response);
  throw failure(...meaning(status, said), { wait: wait(response), providerMessage: said });
}

/** Does the same for a request that needs the API key alone, so that 403 blames it. */
export function successOfApiKey(response) {
  try {
    success(response);
  } catch (failed) {
    if (response.status !== 403) throw failed;
    throw { ...failed, code: "invalid-client", message: `${NAME} does not accept the API key.`, field: "api_key" };
  }
}
