// The example against the fake tenant, over TLS.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = path.resolve(here, "../../..");
const SECRET = "a-secret-of-the-fake-tenant";

/** @param {string} name */
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; \`make test-runtimes\` sets it`);
  return path.resolve(root, value);
}
const embed = required("EMBED");

const folder = mkdtempSync(path.join(tmpdir(), "tenant-"));
const ca = path.join(folder, "ca.pem");
const client = ["--client-id", "demo", "--client-secret-from", "env:NX_SECRET", "--permissions", "nql,workflows"];
const tenant = spawn(required("HOST_TEST"), ["tenant", "--port", "0", ...client, "--ca-file", ca, "--json"], {
  env: { ...process.env, NX_SECRET: SECRET },
  stdio: ["ignore", "pipe", "inherit"],
});
after(async () => {
  const exit = once(tenant, "exit");
  tenant.kill("SIGTERM");
  await exit;
  rmSync(folder, { recursive: true });
});
let report = "";
for await (const chunk of tenant.stdout) {
  report += chunk;
  if (report.endsWith("}\n")) break;
}
const { address } = JSON.parse(report);

/**
 * Runs an example: in Node.js, or the one in Rust.
 *
 * @param {string} secret
 * @param {[string, ...string[]]} command
 */
async function example(secret, [program, ...args] = [process.execPath, path.join(here, "example.js")]) {
  const options = { cwd: here, env: { ...process.env, NX_SECRET: secret } };
  const run = promisify(execFile)(program, [...args, address, ca], options);
  const { code = 0, stdout, stderr } = await run.catch((error) => error);
  assert.equal(stderr, "");
  return { code, lines: stdout.trim().split("\n") };
}

test("the example connects, runs a query, and says which permission is missing", async () => {
  const { code, lines } = await example(SECRET);
  assert.deepEqual(lines.slice(0, 5), [
    "Nexthink asks for Instance name, Region, Client ID, Client secret",
    "API of nxdocs (European Union): https://nxdocs.api.eu.nexthink.cloud",
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
