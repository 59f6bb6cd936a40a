// Drives a connector: what a platform does around the functions of the contract.
//
// The connector decides, this acts. `send` is the platform's: it takes a request, follows no
// redirect, stops reading at `responseLimit`, and throws a `Failed` where there is no response.

import { attempt, fresh } from "./connector.js";
import { hider } from "./hide.js";

/** @import { Connection, Entry, Failure, Problem } from "./nexthink/interfaces/integration-provider-provider.js" */
/** @import { Request, Response, Token } from "./nexthink/interfaces/integration-provider-provider.js" */
/** @import { Download, Outcome } from "./nexthink/interfaces/integration-provider-operations.js" */
/** @typedef {(request: Request) => Promise<Response>} Send */
/** @typedef {{ problems?: Problem[], failure?: Failure }} Refused */

/** Carries what the platform itself has to say about an exchange. */
export class Failed extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Goes from entries to a token.
 *
 * @param {Entry[]} entries
 * @param {Send} send
 * @returns {Promise<Refused & { connection?: Connection, notes?: string[], token?: Token }>}
 */
export async function connect(entries, send) {
  const connection = attempt(() => fresh().provider.resolve(entries)).ok;
  const { ok: exchange, err: problems } = attempt(() => fresh().provider.tokenRequest(entries));
  if (!exchange || !connection) return { connection, problems };
  const { request, notes } = exchange;
  const hide = hider(secrets(entries), entries);
  return judged({ connection, notes }, hide, async () => {
    const response = await send(checked(request, (host) => connection.hosts.includes(host)));
    const { ok: token, err: failure } = attempt(() => fresh().provider.tokenResponse(response));
    if (!token) return { failure };
    const [scopes, missingScopes] = [token.scopes.map(hide), token.missingScopes.map(hide)];
    return { token: { ...token, kind: hide(token.kind), scopes, missingScopes } };
  });
}

/**
 * Runs an operation to its end.
 *
 * @param {{ connection: Connection, entries: Entry[], token: string }} session
 * @param {string} id
 * @param {string} input JSON
 * @param {Send} send
 * @param {(seconds: number) => Promise<void>} wait
 * @returns {Promise<Refused & { outcome?: Outcome, download?: Download, body?: Uint8Array }>}
 */
export async function call({ connection, entries, token }, id, input, send, wait) {
  const { settings, hosts } = connection;
  const operation = fresh().operations.catalogue().find((offered) => offered.id === id);
  const sources = [...fresh().provider.describe().domains, ...(operation?.downloadDomains ?? [])];
  const { ok: first, err: problems } = attempt(() => fresh().operations.start(settings, id, input));
  if (!first) return { problems };
  return judged({}, hider([...secrets(entries), token], entries), async () => {
    for (let step = first; ; ) {
      if (step.tag === "done") return { outcome: step.val };
      const { request, state } = step.val;
      let response;
      if (step.tag === "send") {
        await wait(step.val.wait);
        response = await send(authorized(checked(request, (host) => hosts.includes(host)), token));
      } else {
        response = await send(checked(request, (host) => sources.some((domain) => host.endsWith(`.${domain}`))));
        // A platform streams the body to where it is wanted; here it is in memory.
        if (response.status >= 200 && response.status < 300) return { download: step.val, body: response.body };
      }
      const next = attempt(() => fresh().operations.resume(settings, id, input, state, response));
      if (!next.ok) return { failure: next.err };
      step = next.ok;
    }
  });
}

/**
 * Calls any path of the API.
 *
 * @param {{ connection: Connection, entries: Entry[], token: string }} session
 * @param {string} method
 * @param {string} path
 * @param {Send} send
 * @returns {Promise<Refused & { response?: Response }>}
 */
export async function request({ connection, entries, token }, method, path, send) {
  const { settings, hosts } = connection;
  const { access } = fresh();
  const { ok: request, err: problems } = attempt(() => access.apiRequest(settings, method, path, [], new Uint8Array()));
  if (!request) return { problems };
  return judged({}, hider([...secrets(entries), token], entries), async () => {
    const response = await send(authorized(checked(request, (host) => hosts.includes(host)), token));
    const failure = attempt(() => fresh().access.apiResponse(response)).err;
    return failure ? { failure } : { response };
  });
}

/**
 * Finds out what the credentials may do, without changing anything.
 *
 * @param {{ connection: Connection, token: string }} session
 * @param {Send} send
 */
export async function permissions({ connection, token }, send) {
  const standings = [];
  for (const { permission, request } of fresh().permissions.probes(connection.settings)) {
    if (!request) {
      standings.push({ permission, standing: { state: "unknown", detail: "No harmless request can tell." } });
      continue;
    }
    try {
      const response = await send(authorized(checked(request, (host) => connection.hosts.includes(host)), token));
      standings.push({ permission, standing: fresh().permissions.standingOf(permission, response) });
    } catch (error) {
      // A probe that does not come through says nothing about the others.
      if (!(error instanceof Failed)) throw error;
      standings.push({ permission, standing: { state: "unknown", detail: error.message } });
    }
  }
  return standings;
}

/**
 * Believes no plugin where credentials go: refuses what is not plain `https` to an allowed host.
 *
 * @param {Request} request
 * @param {(host: string) => boolean} allowed
 */
function checked(request, allowed) {
  const { protocol, username, password, port, hash, hostname } = new URL(request.url);
  if (protocol === "https:" && !(username || password || port || hash) && allowed(hostname)) return request;
  throw new Error(`the plugin asks for a request to ${hostname}, which this connection may not reach`);
}

/**
 * @param {Request} request
 * @param {string} token
 * @returns {Request}
 */
function authorized(request, token) {
  if (!request.authorized) return request;
  return { ...request, headers: [...request.headers, ...fresh().access.authorize(token)] };
}

/**
 * Returns what came of it, or the failure with the provider's own text made harmless.
 *
 * @template {{ failure?: Failure }} T
 * @template S
 * @param {S} soFar
 * @param {(text: string) => string} hide
 * @param {() => Promise<T>} act
 * @returns {Promise<S & (T | { failure: Failure })>}
 */
async function judged(soFar, hide, act) {
  const result = await act().catch((error) => {
    if (error instanceof Failed) return { failure: error.failure };
    throw error;
  });
  const { failure } = result;
  if (!failure) return { ...soFar, ...result };
  const hidden = (/** @type {string | undefined} */ text) => text && hide(text);
  const [providerCode, providerMessage] = [hidden(failure.providerCode), hidden(failure.providerMessage)];
  return { ...soFar, failure: { ...failure, providerCode, providerMessage } };
}

/** @param {Entry[]} entries */
function secrets(entries) {
  const fields = fresh().provider.describe().fields.filter((field) => field.kind === "secret");
  return entries.filter(([key]) => fields.some((field) => field.key === key)).map(([, text]) => text.trim());
}
