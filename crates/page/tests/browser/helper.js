// What the tests share: the real program, the fake tenant, a browser, and axe-core.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, "../../../..");
export const screenshots = path.resolve(here, "../../screenshots");
// Anything that takes the options of `serve`, such as the example of this crate.
const host = process.env.HOST_TEST ?? path.join(root, "target/debug/host-test");
// A program that is the tenant itself; absent, `host` has a command for it.
const fake = process.env.TENANT;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Starts a program and waits until its output matches.
async function start(args, pattern, program = host) {
  const child = spawn(program, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (pattern.test(line)) break;
  }
  assert.ok(lines.length > 0, `${program} ${args.join(" ")} said nothing`);
  const stop = async () => {
    child.stdin.end();
    child.kill("SIGINT");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode;
  };
  return { lines, stop };
}

export async function serve(...args) {
  const { lines, stop } = await start(["serve", "--port", "0", ...args], /^http:/);
  return { url: lines.at(-1), stop };
}

// Starts a fake tenant that knows one client, and returns the options to reach it.
export async function tenant(folder, permissions) {
  const ca = path.join(folder, "ca.pem");
  const env = ["--client-id", "demo", "--client-secret-from", "env:NX_SECRET"];
  process.env.NX_SECRET = secret;
  const { lines, stop } = await start([...(fake ? [] : ["tenant"]), "--port", "0", ...env, "--permissions", permissions, "--ca-file", ca, "--json"], /^\}/, fake ?? host);
  const { resolve } = JSON.parse(lines.join("\n"));
  return { options: ["--live", "--ca-file", ca, ...resolve.flatMap((line) => ["--resolve", line])], stop };
}

export const secret = "a-secret-that-must-not-come-back";

export async function launch() {
  const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"].map((name) => `--disable-${name}`);
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--no-first-run", ...quiet, "--disable-lcd-text", "--font-render-hinting=none"] });
}

// Opens the page in a fresh window and records everything that it does.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 860 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const seen = { requests: [], bodies: [], answers: [], complaints: [] };
  page.on("request", (request) => {
    seen.requests.push(request.url());
    seen.bodies.push([request.url(), request.postData() ?? ""]);
  });
  page.on("response", async (response) => seen.answers.push(await response.text().catch(() => "")));
  page.on("console", (message) => seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    seen.complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(url);
  await page.locator("#facts:not([hidden])").waitFor();
  return { page, seen, close: () => context.close() };
}

// Asserts that axe-core finds nothing of WCAG 2.2 AA and of its best practices.
export async function accessible(page, state) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} (${node.failureSummary})`).join("; ")}`);
  assert.deepEqual(found, [], state);
  assert.ok(passes.length > 20, `${state}: axe-core looked at something`);
}

// Takes a picture, once nothing moves any more. Clocks show the same in each run.
export async function shoot(page, name) {
  mkdirSync(screenshots, { recursive: true });
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.querySelectorAll(".timer").forEach((timer) => (timer.textContent = timer.textContent.replace(/\d\d$/, "42"))));
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), animations: "disabled", caret: "hide" });
}

export const field = (page, label) => page.getByLabel(label, { exact: true });

// Fills the form in.
export async function fill(page, entries) {
  for (const [label, text] of Object.entries(entries)) {
    const input = field(page, label);
    if ((await input.evaluate((element) => element.tagName)) === "SELECT") await input.selectOption(text);
    else await input.fill(text);
  }
}

// Entries of the right form.
export const good = { "Instance name": "acme", "Region": "eu", "Client ID": "demo", "Client secret": secret };
