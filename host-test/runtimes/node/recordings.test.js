// Every recording that the host passes ends the same in Node.js.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { play } from "./recording.js";
import { host, root } from "./stage.js";

test("every recording that the host passes ends the same here", async (t) => {
  const { recordings } = await host("run", "fixtures");
  const passed = recordings.filter((/** @type {any} */ recording) => recording.passed);
  assert.ok(passed.length > 0, "the host passes recordings");
  for (const { file, outcome } of passed) {
    const text = readFileSync(path.join(root, file), "utf8");
    const played = await play(text).catch((error) => assert.fail(`${file}: ${error.message}`));
    assert.deepEqual(played.outcome, played.expected, file);
    assert.deepEqual(played.outcome, outcome, file);
  }
  t.diagnostic(`${passed.length} recordings`);
});

/** @type {[string, string, string, string][]} Each changes one thing that matters in a recording that passes. */
const changes = [
  ["the method", "success-eu.har", '"method": "POST"', '"method": "PUT"'],
  ["the host", "success-eu.har", "https://nxdocs-login.eu", "https://nxdocs-login.us"],
  ["the path", "success-eu.har", "/v1/token", "/v2/token"],
  ["the credentials", "success-eu.har", "Basic {{basic}}", "Basic {{client_id}}"],
  ["a form", "success-eu.har", "grant_type=client_credentials", "grant_type=client_credential"],
  ["the token's life", "success-eu.har", '\\"expires_in\\":900', '\\"expires_in\\":901'],
  ["the clock", "failure-429-http-date.har", '"_clock": "2026-01-15T09:30:00Z"', '"_clock": "2026-01-15T09:30:01Z"'],
  ["a JSON body", "operations/nql-export.har", '\\"#export_devices\\"', '\\"#export_device\\"'],
  ["the token", "operations/nql-export.har", "Bearer {{access_token}}", "Bearer {{client_id}}"],
  ["a byte of a file", "operations/nql-export.har", 'Paris\\r\\n"\n      }', 'Pariz\\r\\n"\n      }'],
  ["the order", "operations/nql-export.har", "/nql/status/5f0c", "/nql/status/6f0c"],
];
for (const [what, file, from, to] of changes) {
  test(`a recording that differs in ${what} does not pass`, async () => {
    const text = readFileSync(path.join(root, "fixtures", file), "utf8");
    assert.ok(text.includes(from), `${file} holds ${from}`);
    await assert.rejects(async () => {
      const { expected, outcome } = await play(text.replace(from, to));
      assert.deepEqual(outcome, expected);
    });
  });
}
