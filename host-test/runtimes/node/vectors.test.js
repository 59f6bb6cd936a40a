// Every call vector has the same result in Node.js as in the host.
//
// `make test-runtimes` writes the vectors and sets VECTORS. Their format is described in
// `crates/recordings/src/vectors.rs`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { instantiate } from "./nexthink/nexthink.js";

/** @typedef {{ ok: any } | { err: any }} Result */

// Without JSPI, as in Node.js 20, the code of jco throws and catches an error for each export, 20 ms for
// each instance. This is what it falls back to.
if (!("promising" in WebAssembly)) Object.assign(WebAssembly, { promising: (/** @type {unknown} */ call) => call });

const core = new WebAssembly.Module(readFileSync(new URL("nexthink/nexthink.core.wasm", import.meta.url)));
const fresh = () => /** @type {any} */ (instantiate(() => core, {}));

const camel = (/** @type {string} */ name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const kebab = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Converts an argument of a vector to what jco takes. @param {any} value @returns {any} */
function lowered(value) {
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(lowered);
  if ("base64" in value) return new Uint8Array(Buffer.from(value.base64, "base64"));
  if ("tag" in value) return { ...value, val: lowered(value.val) };
  const members = Object.entries(value).map(([name, member]) => [camel(name), lowered(member)]);
  // A u64, the only one of the contract.
  return Object.fromEntries(members.map(([name, member]) => [name, name === "receivedAt" || name === "now" ? BigInt(member) : member]));
}

/** Converts what jco returns to what a vector shows. @param {any} value @returns {any} */
function lifted(value) {
  if (value === undefined) return null;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(lifted);
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  const { tag, val, ...members } = value;
  if (tag !== undefined) return val === undefined ? { tag } : { tag, val: lifted(val) };
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [kebab(name), lifted(member)]));
}

/** Calls a function in an instance of its own. @param {string} name @param {any[]} given @returns {Result} */
function call(name, given) {
  const [scope = "", method = ""] = name.split(".").map(camel);
  try {
    return { ok: lifted(fresh()[scope][method](...given.map(lowered))) };
  } catch (error) {
    // jco throws the error of a `result`. A trap has no payload.
    if (error instanceof Error && "payload" in error) return { err: lifted(error.payload) };
    throw error;
  }
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const file = path.resolve(root, process.env.VECTORS ?? "target/runtimes/vectors.jsonl");
/** @type {Map<string, { line: number, given: any[], expected: Result }[]>} */
const vectors = new Map();
for (const [index, text] of readFileSync(file, "utf8").trimEnd().split("\n").entries()) {
  const { function: name, arguments: given, result } = JSON.parse(text);
  // A function that cannot fail returns its value bare.
  const expected = "ok" in result || "err" in result ? result : { ok: result };
  vectors.set(name, [...(vectors.get(name) ?? []), { line: index + 1, given, expected }]);
}

for (const [name, calls] of vectors) {
  test(`${name} has the same results (${calls.length})`, () => {
    for (const { line, given, expected } of calls) {
      try {
        assert.deepEqual(call(name, given), expected);
      } catch (error) {
        throw new Error(`${name}, line ${line} of ${file}: ${error}`, { cause: error });
      }
    }
  });
}

// No recording calls this function.
test("access.api-request takes any path of the API, and no other host", () => {
  const settings = [["instance", "nxdocs"], ["region", "eu"], ["client_id", "demo"]];
  const more = [[["content-type", "application/json"]], { base64: "e30=" }];
  const { ok } = /** @type {any} */ (call("access.api-request", [settings, "POST", "/api/v1/workflows?a=b", ...more]));
  assert.equal(ok.url, "https://nxdocs.api.eu.nexthink.cloud/api/v1/workflows?a=b");
  assert.deepEqual(ok.body, { base64: "e30=" });
  const { err } = /** @type {any} */ (call("access.api-request", [settings, "GET", "//elsewhere.example", ...more]));
  assert.equal(err[0].field, "/path-and-query");
});

test("every other function of the contract has vectors", () => {
  const scopes = Object.entries(fresh()).filter(([scope]) => !scope.includes(":"));
  const exported = scopes.flatMap(([scope, functions]) => Object.keys(functions).map((name) => `${kebab(scope)}.${kebab(name)}`));
  assert.ok(exported.length > 0);
  assert.deepEqual(exported.filter((name) => !vectors.has(name) && name !== "access.api-request"), []);
});
