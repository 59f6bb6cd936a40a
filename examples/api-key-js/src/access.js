// Calls to the API: the headers of the keys, and requests to any path.

import { fieldValue, problem, resolve } from "./connection.js";
import { FIELDS, MAX_KEY, VERSION } from "./definition.js";
import { failure } from "./response.js";

/** Longest response to accept, in bytes: what the fuel of a call suffices to read, see `README.md`. */
const RESPONSE_LIMIT = 256 * 1024;

const MAX_PATH = 8 * 1024;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const RESERVED = [
  ...["authorization", "connection", "content-length", "cookie", "expect", "host", "keep-alive"],
  ...["proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["dd-api-key", "dd-application-key"],
];

/** Returns the headers that present the keys (*Authentication*). Throws for a key that cannot be one. */
export function authorize(credential) {
  if (credential.tag !== "entries") {
    const message = "Datadog takes the keys of the form, not an access token.";
    throw failure("bad-credential", message, "Hand in the entries.");
  }
  const headers = [];
  for (const { key, label, required } of FIELDS.filter(({ kind }) => kind === "secret")) {
    const unusable = (what) => {
      const hint = "Enter it once, as it was shown when it was created.";
      const failed = failure("bad-credential", `${label} ${what}.`, hint, { field: key });
      return { ...failed, recovery: { tag: "reconfigure" } };
    };
    const value = fieldValue(credential.val, key);
    if (value === null) throw unusable("was entered more than once");
    if (value === undefined && required) throw unusable("is missing");
    if (value === undefined) continue;
    if (!/^[!-~]+$/.test(value)) throw unusable("contains a character that no key has");
    if (value.length > MAX_KEY) throw unusable("is too long");
    headers.push([`dd-${key.replace("_", "-")}`, value]);
  }
  return headers;
}

/** Builds a request. */
export function request(method, baseUrl, path, headers, body, repeatable) {
  const defaults = [["accept", "application/json"], ["user-agent", `datadog-connector/${VERSION}`]];
  if (body.length > 0) defaults.splice(1, 0, ["content-type", "application/json"]);
  const missing = defaults.filter(([name]) => headers.every(([given]) => given !== name));
  const url = baseUrl + path;
  headers = [...headers, ...missing];
  return { method, url, headers, body, authorized: true, repeatable, timeout: 60, responseLimit: RESPONSE_LIMIT };
}

/** Returns the problem of a path that does not stay on the host as it is, or none. */
function pathProblem(text) {
  const fail = (message, hint) => problem("/path-and-query", "bad-format", message, hint);
  if (text.length > MAX_PATH) {
    return problem("/path-and-query", "too-long", `Path and query are longer than ${MAX_PATH} bytes.`);
  }
  if (/[\x00-\x1f\x7f-\x9f]/.test(text)) {
    return problem("/path-and-query", "control-character", "The path contains a control character.");
  }
  if (text.includes("#")) return fail("A raw # ends the path.", "Write %23 for a # that is part of a value.");
  if (!text.startsWith("/")) {
    return fail("The path does not begin with a slash.", "Give the path alone, such as /api/v1/monitor.");
  }
  const [path] = text.split("?", 1);
  if (path.includes("//") || path.includes("\\")) {
    return fail("The path contains an empty segment or a backslash.", "Separate segments by one slash.");
  }
  if (!/^[\w\-.~!$&'()*+,;=:@/%]*(\?[\w\-.~!$&'()*+,;=:@/%?]*)?$/.test(text)) {
    return fail("The path contains a character that has to be encoded.", "Percent-encode it as UTF-8.");
  }
  if (/%(?![\da-f]{2})/i.test(text)) {
    return fail("A % is not followed by two hexadecimal digits.", "Write %25 for a percent sign.");
  }
  if (/%(2f|5c|[01].|7f)/i.test(path) || path.replace(/%2e/gi, ".").split("/").some((part) => /^\.\.?$/.test(part))) {
    const hint = "Leave out dot segments, encoded slashes and control characters.";
    return fail("The path contains a segment that could lead elsewhere.", hint);
  }
  return undefined;
}

/** Builds a request to any path of the API. Throws every problem at once. */
export function apiRequest(settings, method, pathAndQuery, given, body) {
  const problems = [];
  let connection;
  try {
    connection = resolve(settings);
  } catch (found) {
    problems.push(...found);
  }
  if (!METHODS.includes(method)) {
    const hint = "The methods are GET, HEAD, POST, PUT, PATCH and DELETE, in upper case.";
    problems.push(problem("/method", "not-an-option", "This is not a method that the API knows.", hint));
  }
  problems.push(...[pathProblem(pathAndQuery)].filter(Boolean));
  const headers = [];
  for (const [i, [name, value]] of given.entries()) {
    const lower = name.toLowerCase();
    const fail = (message) => problems.push(problem(`/headers/${i}`, "bad-format", message));
    if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(name)) fail("This is not the name of a header.");
    else if (RESERVED.includes(lower)) fail("This header is set by the host.");
    else if (!/^([!-~]([\t -~]*[!-~])?)?$/.test(value)) fail("A header cannot carry this value.");
    else if (headers.some(([other]) => other === lower)) fail("This header is there twice.");
    else headers.push([lower, value]);
  }
  const reads = method === "GET" || method === "HEAD";
  if (reads && body.length > 0) {
    problems.push(problem("/body", "contradiction", "A request with this method has no body."));
  }
  if (problems.length > 0) throw problems;
  // The URL Standard's parser encodes the apostrophe in queries, and a host compares with its result.
  const path = pathAndQuery.replace(/\?.*$/, (query) => query.replaceAll("'", "%27"));
  return request(method, connection.baseUrl, path, headers, body, reads);
}
