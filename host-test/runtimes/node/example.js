// Connects to a tenant, runs a query, and tries what its credentials are not allowed to do.
//
//     npm install @bytecodealliance/jco undici
//     npx jco transpile nexthink.wasm --name nexthink --instantiation sync -o nexthink
//     NX_SECRET=… node example.js [ADDRESS CA_FILE]    # as `host-test tenant` prints them

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, buildConnector, fetch } from "undici";
import { instantiate } from "./nexthink/nexthink.js";

/** @import { Connection, HostRole } from "./nexthink/interfaces/integration-provider-provider.js" */
/** @import * as Contract from "./nexthink/interfaces/integration-provider-types.js" */

// A fresh instance for each call has seen nobody's secrets.
const core = new WebAssembly.Module(readFileSync(new URL("nexthink/nexthink.core.wasm", import.meta.url)));
const fresh = () => instantiate(() => core, {});

// Connects to the fake tenant; without it, `fetch` goes where the URL says.
const [address, ca] = process.argv.slice(2);
const connector = buildConnector(ca ? { ca: readFileSync(ca) } : {});
const [hostname = "", port = ""] = address?.split(":") ?? [];
const fake = new Agent({ connect: (options, done) => connector({ ...options, hostname, port }, done) });

/**
 * Fills in the templates of a role.
 *
 * @param {Connection} connection
 * @param {HostRole} role
 */
function hostsOf({ settings }, role) {
  const values = new Map(settings.filter(([, value]) => /^[a-z0-9-]+$/.test(value)));
  const templates = definition.hosts.filter((host) => host.role === role).map(({ template }) => template);
  return templates.map((template) => template.replace(/{(.*?)}/g, (key, name) => values.get(name) ?? key));
}

/**
 * @param {Connection} connection
 * @param {HostRole} role
 * @param {Contract.Request} request
 * @returns {Promise<Contract.Response>}
 */
async function send(connection, role, { method, url, headers, body, timeout, responseLimit }) {
  // The component is not trusted with where credentials go, and no redirect is followed.
  const { protocol, host } = new URL(url);
  const hosts = hostsOf(connection, role);
  if (protocol !== "https:" || !hosts.includes(host)) throw new Error(`${host} is no ${role} host of the connection`);
  const answer = await fetch(url, {
    method,
    headers,
    body: body.length > 0 ? body : null,
    redirect: "manual",
    signal: AbortSignal.timeout(timeout * 1000),
    dispatcher: address ? fake : undefined,
  });
  const chunks = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > responseLimit) throw new Error(`${host} answers with more than ${responseLimit} bytes`);
    chunks.push(chunk);
  }
  // `fetch` has undone the encoding.
  const kept = [...answer.headers].filter(([name]) => !["content-encoding", "content-length"].includes(name));
  const receivedAt = BigInt(Math.floor(Date.now() / 1000));
  return { status: answer.status, headers: kept, body: Buffer.concat(chunks), receivedAt };
}

/**
 * Runs an operation that ends with JSON; one that ends with a file has a step `download`.
 *
 * @param {Connection} connection
 * @param {string} token
 * @param {string} id
 * @param {string} input JSON
 */
async function call(connection, token, id, input) {
  const { settings } = connection;
  let step = fresh().operations.start(settings, id, input);
  while (step.tag === "send") {
    const { request, state, wait } = step.val;
    await sleep(wait * 1000);
    const headers = [...request.headers, ...fresh().access.authorize({ tag: "access-token", val: token })];
    const response = await send(connection, "api", { ...request, headers });
    step = fresh().operations.resume(settings, id, input, state, response);
  }
  if (step.tag === "download") throw new Error("this example does not write files");
  return JSON.parse(step.val.output);
}

const definition = fresh().provider.describe();
console.log(`${definition.name} asks for ${definition.fields.map((field) => field.label).join(", ")}`);

/** @type {Contract.Entry[]} The entries of an administrator. */
const entries = [
  ["instance", "https://nxdocs.data.eu.nexthink.cloud/dashboards"],
  ["client_id", "demo"],
  ["client_secret", process.env.NX_SECRET ?? ""],
];
try {
  const connection = fresh().provider.resolve(entries);
  console.log(`API of ${connection.label}: ${connection.baseUrl}`);
  const context = { now: BigInt(Math.floor(Date.now() / 1000)), nonce: crypto.getRandomValues(new Uint8Array(32)) };
  const { request } = fresh().clientCredentials.tokenRequest(entries, context);
  const token = fresh().token.tokenResponse(await send(connection, "token", request));
  console.log(`${token.kind} token, to be renewed after ${token.refreshAfter} s`);
  const { rows } = await call(connection, token.value, "nql.execute", '{"queryId": "#devices_overview"}');
  console.log(`nql.execute gives ${rows} rows`);
  await call(connection, token.value, "remote-actions.list", "{}");
} catch (error) {
  if (!(error instanceof Error && "payload" in error)) throw error;
  // The error of a `result`: every problem with the entries, or a failure.
  const reasons = /** @type {(Contract.Problem | Contract.Failure)[]} */ ([error.payload].flat());
  for (const { code, message, hint } of reasons) console.log(`${code}: ${message}\n  ${hint ?? ""}`);
  process.exitCode = 1;
}
