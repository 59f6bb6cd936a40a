// Tells whether a request is the recorded one.

import { isDeepStrictEqual } from "node:util";

/** @import { Request } from "./nexthink/interfaces/integration-provider-provider.js" */
/** @typedef {{ method: string, url: string, headers: [string, string][], body: string }} Recorded */

/**
 * Names what differs: JSON is compared by structure, queries and forms as pairs in any order, and
 * all else byte for byte. Headers that are not named here may come and go.
 *
 * @param {Recorded} recorded
 * @param {Request} sent
 */
export function differences(recorded, sent) {
  const [expected, given] = [new Map(recorded.headers), new Map(sent.headers)];
  const type = mediaType(given.get("content-type"));
  const same = {
    method: recorded.method === sent.method,
    url: sameUrl(new URL(recorded.url), new URL(sent.url)),
    authorization: expected.get("authorization") === given.get("authorization"),
    accept: expected.get("accept") === given.get("accept"),
    "content-type": mediaType(expected.get("content-type")) === type,
    // It names a version.
    "user-agent": expected.has("user-agent") === given.has("user-agent"),
    body: sameBody(type, recorded.body, Buffer.from(sent.body)),
  };
  return Object.entries(same).flatMap(([what, agrees]) => (agrees ? [] : [what]));
}

/** @param {string | undefined} value */
const mediaType = (value) => value?.toLowerCase().replaceAll(" ", "");

/** @param {string} text */
const pairs = (text) => [...new URLSearchParams(text)].map((pair) => JSON.stringify(pair)).sort();

/** @param {URL} recorded @param {URL} sent */
function sameUrl(recorded, sent) {
  const bare = (/** @type {URL} */ url) => url.origin + url.pathname;
  return bare(recorded) === bare(sent) && isDeepStrictEqual(pairs(recorded.search), pairs(sent.search));
}

/** @param {string | undefined} type @param {string} recorded @param {Buffer} sent */
function sameBody(type = "", recorded, sent) {
  if (sent.equals(Buffer.from(recorded))) return true;
  const [essence = ""] = type.split(";");
  if (essence === "application/x-www-form-urlencoded") return isDeepStrictEqual(pairs(recorded), pairs(sent.toString()));
  if (essence !== "application/json" && !essence.endsWith("+json")) return false;
  try {
    return isDeepStrictEqual(JSON.parse(recorded), JSON.parse(sent.toString()));
  } catch {
    return false;
  }
}
