// The component, built as `npm run build` does, is what the contract asks for. COMPONENT names one that is
// built already.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";
import { SECTION, contents, imports } from "../build/wasm.js";

const here = fileURLToPath(new URL("..", import.meta.url));
// Below the package, where the code of jco finds what it imports.
const directory = mkdtempSync(path.join(here, "test/built-"));
after(() => rmSync(directory, { recursive: true }));

/** Without JSPI, as in Node.js 20, the code of jco throws and catches an error for each export. */
if (!("promising" in WebAssembly)) Object.assign(WebAssembly, { promising: (call) => call });

let component;
let fresh;

before(async () => {
  let file = process.env.COMPONENT;
  if (!file) {
    file = path.join(directory, "datadog-js.wasm");
    execFileSync(process.execPath, [path.join(here, "build/build.js"), file], { stdio: "inherit" });
  }
  component = readFileSync(file);
  const { files } = await transpileBytes(component, { name: "datadog", instantiation: "sync", noNodejsCompat: true });
  for (const [name, text] of Object.entries(files)) {
    if (!name.includes("/")) writeFileSync(path.join(directory, name), text);
  }
  writeFileSync(path.join(directory, "package.json"), '{"type":"module"}');
  const { instantiate } = await import(pathToFileURL(path.join(directory, "datadog.js")).href);
  const core = new WebAssembly.Module(readFileSync(path.join(directory, "datadog.core.wasm")));
  // One instance for each call, as the host does.
  fresh = () => instantiate(() => core, {});
});

/** Calls a function. Returns `{ ok }`, or `{ err }` for the error of its `result`. */
function call(scope, name, ...given) {
  try {
    return { ok: fresh()[scope][name](...given) };
  } catch (error) {
    // A trap is an `Error`; what a `result` fails with is thrown as it is.
    if (error instanceof Error) throw error;
    return { err: error };
  }
}

const text = (body) => new TextDecoder().decode(body);
const bytes = (body) => new TextEncoder().encode(body);
const answer = (status, body, headers = []) => ({ status, headers, body: bytes(body), receivedAt: 1_768_469_400n });
const SETTINGS = [["site", "us5.datadoghq.com"]];

function start(id, input) {
  return call("operations", "start", SETTINGS, id, JSON.stringify(input));
}

function run(id, input, response) {
  const { state } = start(id, input).ok.val;
  return call("operations", "resume", SETTINGS, id, JSON.stringify(input), state, response);
}

test("the component imports nothing and exports the world", async () => {
  const wit = await componentWit(component);
  const world = /world root \{([^}]*)\}/.exec(wit)[1];
  const named = (word) => [...world.matchAll(new RegExp(`${word} ([^;]+);`, "g"))].map(([, name]) => name);
  assert.deepEqual(named("import"), []);
  const interfaces = ["access", "operations", "provider", "types"];
  assert.deepEqual(named("export").sort(), interfaces.map((name) => `integration:provider/${name}@0.1.0`));
});

test("all of the code is in one module without imports", () => {
  const modules = contents(component, SECTION.coreModule);
  assert.equal(modules.length, 1);
  assert.deepEqual(contents(modules[0], SECTION.import).flatMap(imports), []);
});

test("the version is that of the package", () => {
  const { version } = JSON.parse(readFileSync(path.join(here, "package.json"), "utf8"));
  assert.equal(call("provider", "describe").ok.version, version);
});

test("the definition has the form, and api hosts that the site fills in", () => {
  const { id, auth, fields, hosts, domains } = call("provider", "describe").ok;
  assert.deepEqual([id, auth], ["datadog", "api-key"]);
  const kinds = fields.map(({ key, kind, required }) => [key, kind, required]);
  const secrets = [["api_key", "secret", true], ["application_key", "secret", false]];
  assert.deepEqual(kinds, [["site", "choice", true], ...secrets]);
  assert.deepEqual(hosts.filter(({ role }) => role === "api").map(({ template }) => template), ["api.{site}"]);
  for (const { value } of fields[0].choices) {
    const { ok } = call("provider", "resolve", [["site", ` ${value.toUpperCase()}\u0085`]]);
    assert.deepEqual([ok.baseUrl, ok.settings], [`https://api.${value}`, [["site", value]]]);
    assert.ok(domains.some((domain) => value === domain || value.endsWith(`.${domain}`)), value);
  }
});

test("every problem of the entries comes at once", () => {
  const entries = [["site", "datadog.com"], ["region", "eu"], ["api_key", "a"], ["api_key", "b"]];
  const found = call("provider", "resolve", entries).err.map(({ field, code }) => [field, code]);
  assert.deepEqual(found, [["region", "unknown-field"], ["api_key", "contradiction"], ["site", "not-an-option"]]);
  assert.deepEqual(call("provider", "resolve", []).err.map(({ code }) => code), ["required"]);
});

test("the keys become headers", () => {
  const authorize = (...val) => call("access", "authorize", { tag: "entries", val });
  const both = authorize(["api_key", " canary1 "], ["application_key", "canary2"]).ok;
  assert.deepEqual(both, [["dd-api-key", "canary1"], ["dd-application-key", "canary2"]]);
  assert.deepEqual(authorize(["api_key", "canary1"], ["application_key", " "]).ok, [["dd-api-key", "canary1"]]);
  for (const entries of [[["application_key", "a"]], [["api_key", "a b"]], [["api_key", "a\r\nx: y"]]]) {
    const { code, recovery, field, message } = authorize(...entries).err;
    assert.deepEqual([code, recovery.tag, field], ["bad-credential", "reconfigure", "api_key"]);
    assert.doesNotMatch(message, /a b|x: y/);
  }
  assert.equal(call("access", "authorize", { tag: "access-token", val: "a" }).err.code, "bad-credential");
});

test("a request to any path stays on the host and presents no key of its own", () => {
  const settings = [["site", "datadoghq.eu"]];
  const none = new Uint8Array();
  const request = (path, headers = []) => call("access", "apiRequest", settings, "GET", path, headers, none);
  const sent = request("/api/v2/users?q='a'").ok;
  assert.equal(sent.url, "https://api.datadoghq.eu/api/v2/users?q=%27a%27");
  assert.deepEqual([sent.authorized, sent.repeatable], [true, true]);
  assert.deepEqual(sent.headers, [["accept", "application/json"], ["user-agent", "datadog-connector/0.1.0"]]);
  const leaving = ["api", "//evil.example", "/a/../b", "/a/%2E%2e/b", "/a%2fb", "/a\\b"];
  for (const path of [...leaving, "/a#b", "/a%", "/ü", "/a\n"]) {
    assert.equal(request(path).err[0].field, "/path-and-query", path);
  }
  for (const header of [["DD-API-KEY", "x"], ["Host", "x"], ["a b", "x"], ["x", " y"], ["x", "ü"]]) {
    assert.equal(request("/", [header]).err[0].field, "/headers/0", header[0]);
  }
  const all = call("access", "apiRequest", [], "get", "a", [["host", "x"]], none).err;
  assert.deepEqual(all.map(({ field }) => field), ["site", "/method", "/path-and-query", "/headers/0"]);
});

test("each status has its failure", () => {
  const reset = [["x-ratelimit-reset", "27"]];
  const date = [["retry-after", "Thu, 15 Jan 2026 09:30:09 GMT"]];
  for (const [status, headers, code, recovery] of [
    [400, [], "rejected", { tag: "reconfigure" }],
    [401, [], "invalid-client", { tag: "reconfigure" }],
    [403, [], "permission-missing", { tag: "reconfigure" }],
    [404, [], "not-found", { tag: "reconfigure" }],
    [429, reset, "rate-limited", { tag: "retry", val: 27 }],
    [429, [], "rate-limited", { tag: "retry", val: undefined }],
    [502, reset, "unavailable", { tag: "retry-if-repeatable", val: undefined }],
    [503, date, "unavailable", { tag: "retry-if-repeatable", val: 9 }],
    [302, [], "redirected", { tag: "alarm" }],
    [418, [], "unexpected-status", { tag: "give-up" }],
  ]) {
    const body = '{"errors":["In their\\n w\u00f6rds\\u0007."]}';
    const { err } = call("access", "apiResponse", answer(status, body, headers));
    assert.equal(err.code, code, status);
    assert.deepEqual({ ...err.recovery }, recovery, status);
    assert.equal(err.providerMessage, "In their  w\u00f6rds.", status);
    assert.ok(err.hint, status);
  }
  for (const status of [200, 202, 204]) {
    assert.deepEqual(call("access", "apiResponse", answer(status, "")), { ok: undefined });
  }
});

test("an operation's example is accepted", () => {
  const operations = call("operations", "listOperations").ok;
  assert.deepEqual(operations.map(({ id }) => id), ["keys.validate", "monitors.list", "events.post"]);
  for (const { id, inputSchema, outputSchema } of operations) {
    const [example] = JSON.parse(inputSchema).examples;
    assert.equal(start(id, example).ok.tag, "send", id);
    assert.equal(JSON.parse(outputSchema).type, "object", id);
  }
});

test("a key is validated", () => {
  const { request, wait, progress } = start("keys.validate", {}).ok.val;
  assert.equal(request.url, "https://api.us5.datadoghq.com/api/v1/validate");
  assert.deepEqual([request.method, request.authorized, request.repeatable, wait], ["GET", true, true, 0]);
  assert.equal(progress.text, "Validate the API key: waiting for Datadog");
  const done = run("keys.validate", {}, answer(200, '{"valid":true}', [["content-type", "application/json"]])).ok;
  assert.deepEqual(done, { tag: "done", val: { output: '{"valid":true}', partial: false, warnings: [] } });
});

test("a key that is refused is to blame where nothing else can be", () => {
  for (const [id, input, code, field] of [
    ["keys.validate", {}, "invalid-client", "api_key"],
    ["events.post", { title: "a", text: "b" }, "invalid-client", "api_key"],
    ["monitors.list", {}, "permission-missing", undefined],
  ]) {
    const { err } = run(id, input, answer(403, '{"errors":["Forbidden"]}'));
    assert.deepEqual([err.code, err.field, err.providerMessage], [code, field, "Forbidden"], id);
  }
});

test("filters of monitors are encoded", () => {
  const input = { name: "a&b #c", tags: ["host:x", "env:\u00fc"], monitorTags: null, page: 2.0, pageSize: 50 };
  const query = "page=2&page_size=50&name=a%26b+%23c&tags=host%3Ax%2Cenv%3A%C3%BC";
  const { url } = start("monitors.list", input).ok.val.request;
  assert.equal(url, `https://api.us5.datadoghq.com/api/v1/monitor?${query}`);
});

test("monitors pass through as they were sent, and a full page names the next", () => {
  const input = { page: 3, pageSize: 2 };
  const page = (body) => run("monitors.list", input, answer(200, body));
  const full = '[{"id":9007199254740993},{"name":"\u00fc\u{1f436}"}]';
  assert.equal(page(full).ok.val.output, `{"monitors":${full},"nextPage":4}`);
  assert.equal(page('[{"id":1}]').ok.val.output, '{"monitors":[{"id":1}]}');
  for (const body of ["{}", "[1]", "[", "<html>"]) assert.equal(page(body).err.code, "malformed-response", body);
  const broken = { ...answer(200, ""), body: Uint8Array.of(0x5b, 0xc3, 0x5d) };
  assert.equal(run("monitors.list", input, broken).err.message, "The answer is not UTF-8.");
});

test("an event is sent without null, and may have been posted when the answer is lost", () => {
  const input = { title: "t", text: "\u00fc", host: null, tags: ["a:b"] };
  const { request } = start("events.post", input).ok.val;
  assert.equal(text(request.body), '{"tags":["a:b"],"text":"\u00fc","title":"t"}');
  assert.equal(request.repeatable, false);
  const id = "7000000000000000001";
  const posted = `{"event":{"id":${id},"id_str":"${id}","url":"https://app.datadoghq.com/e"}}`;
  const output = JSON.parse(run("events.post", input, answer(202, posted)).ok.val.output);
  assert.deepEqual(output, { id, url: "https://app.datadoghq.com/e" });
  assert.equal(run("events.post", input, answer(202, '{"event":{"id":7}}')).ok.val.output, '{"id":"7"}');
  for (const [status, body] of [[202, "<html>"], [202, "{}"], [500, ""], [408, ""], [302, ""]]) {
    const { hint } = run("events.post", input, answer(status, body)).err;
    assert.equal(hint.includes("posted all the same"), status !== 302, status);
  }
});

test("every problem of an input has its pointer", () => {
  const found = (id, input) => start(id, input).err.map(({ field, code }) => [field, code]);
  assert.deepEqual(found("monitors.list", { page: -1, pageSize: 1001, tags: [] }), [
    ["/page", "out-of-range"],
    ["/pageSize", "out-of-range"],
    ["/tags", "too-few"],
  ]);
  assert.deepEqual(found("events.post", { priority: "high", text: "x".repeat(4001), titel: "t" }), [
    ["/priority", "not-an-option"],
    ["/text", "too-long"],
    [undefined, "unknown-field"],
    ["/title", "required"],
  ]);
  assert.deepEqual(found("monitors.delete", {}), [[undefined, "unknown-operation"]]);
});

test("JSON that nests deeply is refused, and brackets in strings are no nesting", () => {
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
    const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
    const [{ code }] = call("operations", "start", SETTINGS, "keys.validate", deep).err;
    assert.equal(code, "bad-format");
    assert.equal(run("keys.validate", {}, answer(200, deep)).err.code, "malformed-response");
  }
  const flat = `[{"query":"${"[{\\\"".repeat(1000)}"}]`;
  assert.equal(run("monitors.list", {}, answer(200, flat)).ok.val.output, `{"monitors":${flat}}`);
});

test("a state of another operation is refused", () => {
  const { state } = start("keys.validate", {}).ok.val;
  const { err } = call("operations", "resume", SETTINGS, "monitors.list", "{}", state, answer(200, "[]"));
  assert.equal(err.code, "operation-failed");
});

test("an instance remembers nothing of a call", () => {
  const one = fresh();
  const twice = (call) => assert.deepEqual(call(), call());
  twice(() => one.provider.describe());
  twice(() => one.operations.listOperations());
  twice(() => one.operations.start(SETTINGS, "monitors.list", '{"name":"a"}'));
  assert.deepEqual(one.provider.describe(), fresh().provider.describe());
});
