// What the tests share: the host that they are compared with, and its fake tenant.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const root = path.resolve(here, "../../..");
export const SECRET = "a-secret-of-the-stand-in-tenant";

/** @param {string} name */
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; \`make test-runtimes\` sets it`);
  return path.resolve(root, value);
}
const program = required("HOST_TEST");
export const embed = required("EMBED");
const component = required("COMPONENT");

/**
 * Runs the host with the component and returns its report, whatever its exit status.
 *
 * @param {string[]} args
 * @returns {Promise<any>}
 */
export async function host(...args) {
  const options = { cwd: root, maxBuffer: 1 << 28, env: { ...process.env, NX_SECRET: SECRET } };
  const run = promisify(execFile)(program, [...args, "--component", component, "--json"], options);
  const { stdout, stderr } = await run.catch((error) => error);
  if (!stdout) throw new Error(`host-test ${args.join(" ")}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Starts a tenant that grants some permissions.
 *
 * @param {string} permissions
 */
export async function tenant(permissions) {
  const folder = mkdtempSync(path.join(tmpdir(), "tenant-"));
  const ca = path.join(folder, "ca.pem");
  const client = ["--client-id", "demo", "--client-secret-from", "env:NX_SECRET", "--permissions", permissions];
  const child = spawn(program, ["tenant", "--port", "0", ...client, "--ca-file", ca, "--json"], {
    cwd: root,
    env: { ...process.env, NX_SECRET: SECRET },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.endsWith("}\n")) break;
  }
  const { address, resolve } = JSON.parse(said);
  const options = ["--live", "--ca-file", ca, ...resolve.flatMap((/** @type {string} */ line) => ["--resolve", line])];
  const stop = async () => {
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
    rmSync(folder, { recursive: true });
  };
  return { address, ca, options, stop };
}
