// Against the fake tenant: what no recording of an operation holds, and the example.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { call, connect, permissions, request } from "./driver.js";
import { sender } from "./http.js";
import { embed, here, host, SECRET, tenant } from "./stage.js";

/** @import { Entry } from "./nexthink/interfaces/integration-provider-provider.js" */

/** @type {Entry[]} */
const entries = [["instance", "nxdocs"], ["region", "eu"], ["client_id", "demo"], ["client_secret", SECRET]];
const stage = await tenant("nql,workflows");
after(stage.stop);
const send = sender(stage.address, stage.ca);
const options = [...stage.options, "--set", "client_secret=env:NX_SECRET"];
options.push(...entries.slice(0, 3).flatMap(([key, value]) => ["--set", `${key}=${value}`]));

async function session() {
  const { connection, token, failure } = await connect(entries, send);
  assert.ok(connection && token, failure?.message);
  return { connection, entries, token: token.value };
}
const wait = (/** @type {number} */ seconds) => sleep(seconds * 1000);

test("the permissions are those that the host finds", async () => {
  const found = await permissions(await session(), send);
  const expected = await host("connect", ...options);
  assert.deepEqual(found, expected.permissions);
  assert.deepEqual(new Set(found.map(({ standing }) => standing.state)), new Set(["granted", "missing", "unknown"]));
});

test("any path of the API answers, or says why not", async () => {
  const { response } = await request(await session(), "GET", "/api/v1/workflows", send);
  assert.ok(response && JSON.parse(Buffer.from(response.body).toString()).length > 0);
  const { failure } = await request(await session(), "GET", "/api/v1/act/remote-action", send);
  assert.equal(failure?.code, "permission-missing");
  const { problems } = await request(await session(), "GET", "//elsewhere.example", send);
  assert.equal(problems?.[0]?.field, "/path-and-query");
});

test("an operation ends with a result", async () => {
  const { outcome } = await call(await session(), "nql.execute", '{"queryId": "#devices_overview"}', send, wait);
  assert.equal(JSON.parse(outcome?.output ?? "{}").rows, 5);
});

test("an operation ends with a file", async () => {
  const input = '{"queryId": "#devices_overview"}';
  const { download, body, failure } = await call(await session(), "nql.export", input, send, wait);
  assert.ok(download && body, failure?.message);
  assert.equal(Buffer.from(body).toString().trim().split("\r\n").length, 6);
});

/**
 * Runs an example: in Node.js, or the one in Rust.
 *
 * @param {string} secret
 * @param {[string, ...string[]]} command
 */
async function example(secret, [program, ...args] = [process.execPath, path.join(here, "example.js")]) {
  const options = { cwd: here, env: { ...process.env, NX_SECRET: secret } };
  const run = promisify(execFile)(program, [...args, stage.address, stage.ca], options);
  const { code = 0, stdout, stderr } = await run.catch((error) => error);
  assert.equal(stderr, "");
  return { code, lines: stdout.trim().split("\n") };
}

test("the example connects, runs a query, and says which permission is missing", async () => {
  const { code, lines } = await example(SECRET);
  assert.deepEqual(lines.slice(0, 5), [
    "Nexthink asks for Instance name, Region, Client ID, Client secret",
    "leads to nxdocs (European Union): nxdocs-login.eu.nexthink.cloud, nxdocs.api.eu.nexthink.cloud",
    "Bearer token, to be renewed after 840 s",
    "nql.execute gives 5 rows",
    "permission-missing: The credentials are not allowed to do this.",
  ]);
  assert.match(lines[5], /^  Nexthink ties permissions to credentials/);
  assert.equal(code, 1);
});

test("the example says what to do about a secret that is wrong or missing", async () => {
  const { code, lines } = await example("another-secret");
  assert.equal(lines[2], "invalid-client: Nexthink does not accept this client id and secret.");
  assert.equal(code, 1);
  assert.equal((await example("")).lines[2], "required: Client secret is missing.");
});

test("the example in Rust says the same", async () => {
  for (const secret of [SECRET, "another-secret"]) {
    assert.deepEqual(await example(secret, [embed]), await example(secret));
  }
});
