// Replays a recording; fixtures/README.md says what a file means.

import { createHash } from "node:crypto";
import { attempt, fresh } from "./connector.js";
import { call, connect, Failed, permissions } from "./driver.js";
import { differences } from "./matching.js";

/** @import { Entry, Request, Response } from "./nexthink/interfaces/integration-provider-provider.js" */
/** @import { Send } from "./driver.js" */

const ID = "replayedclientid00000000000000001";
const SECRET = "replayedclientsecret00000000000000000000001";
const TOKEN = "replayed.access.token-0000000000000000001";

/** @type {[string, string][]} What stands in for placeholders. */
const STAND_INS = [
  ["{{basic}}", Buffer.from(`${ID}:${SECRET}`).toString("base64")],
  ["{{client_secret}}", SECRET],
  ["{{access_token}}", TOKEN],
  ["{{client_id}}", ID],
];

/** Longest body to keep of a download that is no success, in bytes. */
const REFUSAL = 64 * 1024;

/** Longest download that a recording spells out, in bytes; of longer ones it has the digest. */
const SHORT = 2000;

/**
 * Plays a recording. Returns what it expects and what came of it.
 *
 * @param {string} text of the file
 */
export async function play(text) {
  const { log } = JSON.parse(text);
  /** @type {Entry[]} */
  const entries = log._entered.map((/** @type {any} */ { name, value }) => [name, filled(value)]);
  const { send, rest } = replay(log);
  const came = log._scenario ? null : await connect(entries, send);
  const outcome = came ? connected(came) : await operate(log._scenario, entries, send);
  // A recording that goes on after the token tells what the credentials may do.
  if (came?.connection && came.token && rest() > 0) {
    const session = { connection: came.connection, token: came.token.value };
    outcome.permissions = spelled(await permissions(session, send));
  }
  if (rest() > 0) throw new Error(`${rest()} recorded exchange(s) were never asked for`);
  return { expected: log._expect, outcome };
}

/**
 * Answers requests in the order of the recording.
 *
 * @param {any} log
 */
function replay(log) {
  let next = 0;
  let milliseconds = 0;
  /** @param {Request} request @returns {Promise<Response>} */
  async function send(request) {
    const entry = log.entries[next];
    if (!entry) throw new Error(`nothing more was recorded, but ${request.method} ${request.url} was sent`);
    const { method, url, postData } = entry.request;
    const recorded = { method, url: filled(url), headers: headers(entry.request), body: filled(postData?.text ?? "") };
    const found = differences(recorded, request);
    if (found.length > 0) throw new Error(`this is not the recorded ${method} ${url}, which differs in ${found}`);
    next += 1;
    milliseconds += Math.floor(entry.time);
    if (entry._fault) throw failed(entry._fault, request);
    const { text = "", encoding } = entry.response.content;
    const body = encoding === "base64" ? Buffer.from(text, "base64") : Buffer.from(filled(text));
    if (body.length > request.responseLimit) throw failed("long", request);
    const receivedAt = BigInt(Math.floor(Date.parse(log._clock) / 1000) + Math.floor(milliseconds / 1000));
    const response = { status: entry.response.status, headers: headers(entry.response), body, receivedAt };
    // What carries neither credentials nor a token is a download.
    return request.headers.some(([name]) => name === "authorization") ? response : downloaded(request, response);
  }
  return { send, rest: () => log.entries.length - next };
}

/**
 * Does to a download what a host does: one that is cut off has failed, and a refusal is shortened.
 *
 * @param {Request} request
 * @param {Response} response
 */
function downloaded(request, response) {
  const { status, body } = response;
  if (status < 200 || status >= 300) return { ...response, body: body.subarray(0, REFUSAL) };
  const announced = response.headers.find(([name]) => name === "content-length");
  if (announced && Number(announced[1]) > body.length) throw failed("reset", request);
  return response;
}

/**
 * Runs the operation of a recording, with a token in hand.
 *
 * @param {{ operation: string, input: unknown }} scenario
 * @param {Entry[]} entries
 * @param {Send} send
 */
async function operate({ operation, input }, entries, send) {
  const { ok: connection, err: problems } = attempt(() => fresh().provider.resolve(entries));
  if (!connection) return spelled({ problems });
  const session = { connection, entries, token: TOKEN };
  const text = filled(typeof input === "string" ? input : JSON.stringify(input));
  const nobodyWaits = async () => {};
  const { outcome, download, body, ...refused } = await call(session, operation, text, send, nobodyWaits);
  if (outcome) return { outcome: { output: restored(JSON.parse(outcome.output)), ...noted(outcome) } };
  if (download && body) return { download: { ...described(download, body), ...noted(download) } };
  return spelled(refused);
}

/** @param {{ mediaType: string, compression: string }} download @param {Uint8Array} body */
function described({ mediaType, compression }, body) {
  const text = Buffer.from(body).toString();
  const whole = body.length <= SHORT && Buffer.from(text).equals(body);
  const shown = whole ? { text } : { sha256: createHash("sha256").update(body).digest("hex") };
  return { "media-type": mediaType, compression, bytes: body.length, ...shown };
}

/** @param {{ partial: boolean, warnings: string[] }} ended */
const noted = ({ partial, warnings }) => spelled({ partial: partial || undefined, warnings: some(warnings) });

/** @param {Awaited<ReturnType<typeof connect>>} result */
function connected({ connection, notes, problems, token, failure }) {
  const place = connection && { ...spelled({ ...connection, settings: undefined, notes: some(connection.notes) }) };
  if (connection) place.settings = restored(Object.fromEntries(connection.settings));
  const value = token?.value === TOKEN ? TOKEN : "(another value)";
  const shown = token && { ...token, value, missingScopes: some(token.missingScopes) };
  const rest = spelled({ notes: some(notes), problems, token: shown, failure });
  return connection ? { connection: place, ...rest } : rest;
}

/** @param {unknown[] | undefined} list */
const some = (list) => (list && list.length > 0 ? list : undefined);

/**
 * Says what happened instead of a response, in the words of the host that the recordings are of.
 *
 * @param {string} fault
 * @param {Request} request
 */
function failed(fault, { url, timeout, responseLimit }) {
  const host = new URL(url).hostname;
  /** @type {Record<string, [string, string, string, string]>} */
  const known = {
    dns: ["network", "transient", `The host ${host} was not found.`,
      "Check the entries that the address is made from, and the name resolution of this network."],
    refused: ["network", "transient", `The host ${host} refused the connection.`,
      "Check whether a firewall stands between; try again."],
    reset: ["network", "transient", `The connection to ${host} broke before the answer was complete.`, "Try again."],
    timeout: ["timeout", "transient", `The host ${host} did not answer within ${timeout} seconds.`, "Try again."],
    tls: ["tls", "security", `The host ${host} did not prove its identity.`,
      "A proxy on the way may replace certificates; ask those who run this network."],
    long: ["response-too-large", "security", `The answer of ${host} is longer than ${responseLimit} bytes.`,
      "An honest answer is far shorter; the host may not be the provider."],
  };
  const words = known[fault];
  if (!words) throw new Error(`the recording has the fault ${fault}, which means nothing here`);
  const [code, kind, message, hint] = words;
  return new Failed({ code, class: kind, message, hint });
}

/** @param {any} message @returns {[string, string][]} */
function headers(message) {
  const all = message.headers.map((/** @type {any} */ { name, value }) => [name.toLowerCase(), filled(value)]);
  // HAR holds the decoded body.
  const decoded = all.some((/** @type {any} */ [name]) => name === "content-encoding");
  return all.filter((/** @type {any} */ [name]) => !decoded || !["content-encoding", "content-length"].includes(name));
}

/** @param {string} text */
function filled(text) {
  return text.replace(/\{\{(.*?)\}\}/g, (name) => {
    const [, value] = STAND_INS.find(([known]) => known === name) ?? [];
    if (value === undefined) throw new Error(`the recording uses ${name}, which stands for nothing here`);
    return value;
  });
}

/**
 * Puts placeholders back into every text of a value.
 *
 * @param {any} value
 * @returns {any}
 */
function restored(value) {
  if (typeof value === "string") return STAND_INS.reduce((text, [name, known]) => text.replaceAll(known, name), value);
  if (Array.isArray(value)) return value.map(restored);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, restored(member)]));
}

/**
 * Spells a record of the contract as recordings do: with hyphens, without what is absent.
 *
 * @param {any} value
 * @returns {any}
 */
function spelled(value) {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== "object") return restored(value);
  const kebab = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [kebab(name), spelled(member)]));
}
