// The connect page as a person meets it. Every state is shown to axe-core.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { accessible, field, fill, good, launch, open, secret, serve, shoot, tenant } from "./helper.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "connect-page-"));
let browser;
let server;

before(async () => {
  execFileSync(process.env.HOSTILE, [folder]);
  browser = await launch();
  server = await serve();
});

after(async () => {
  await browser.close();
  assert.equal(await server.stop(), 0, "Ctrl-C ends the server");
  rmSync(folder, { recursive: true });
});

const connect = (page) => page.getByRole("button", { name: "Connect", exact: true });

const answerFrom = (page, label) => page.getByLabel("Answers come from the recording").selectOption({ label });

// Opens the page and, at the end, asserts what holds for every visit.
async function visit(run, { url = server.url, ...options } = {}) {
  const visited = await open(browser, url, options);
  try {
    await run(visited.page, visited.seen);
    assert.deepEqual(visited.seen.complaints, [], "nothing on the console");
    for (const request of visited.seen.requests) assert.ok(request.startsWith(url), `a request elsewhere: ${request}`);
    assert.equal(await visited.page.evaluate(() => window.ran), undefined, "nothing foreign ran");
  } finally {
    await visited.close();
  }
}

test("the whole guide by keyboard, to a connection", () => visit(async (page, seen) => {
  await accessible(page, "start");
  await shoot(page, "start");
  const press = (key) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const tabTo = async (wanted, key = "Tab") => {
    for (let i = 0; i < 60; i++) {
      await press(key);
      if ((await focused()).startsWith(wanted)) return;
    }
    assert.fail(`${key} does not lead to ${wanted}`);
  };
  await press("Tab");
  assert.equal(await focused(), "Skip to the form");
  // Through the steps of the guide, each one marked once it is reached.
  for (const [at, title] of ["Find your instance", "Create API credentials", "Enter the values"].entries()) {
    await tabTo(title, at === 0 ? "Tab" : "Shift+Tab");
    await press("Enter");
    assert.equal(await focused(), `step-title-${at}`);
    assert.equal(await page.locator("#steps [aria-current=step]").textContent(), await page.locator(`#step-title-${at} span:last-child`).textContent());
  }
  // From a step to its field, and back.
  await page.locator("#step-0").getByRole("link", { name: "Instance name" }).focus();
  await press("Enter");
  assert.equal(await focused(), "field-0");
  await tabTo("Step 1");
  await press("Enter");
  assert.equal(await focused(), "step-title-0");
  await page.locator("#step-0").getByRole("link", { name: "Instance name" }).focus();
  await press("Enter");
  await page.keyboard.type("acme");
  await tabTo("field-1");
  await page.keyboard.type("European");
  await tabTo("field-2");
  await page.keyboard.type("demo");
  await tabTo("field-3");
  await page.keyboard.type(secret);
  const shown = field(page, "Client secret");
  assert.equal(await shown.getAttribute("type"), "password");
  await tabTo("Show");
  await page.keyboard.down("Space");
  assert.equal(await shown.getAttribute("type"), "text");
  await page.keyboard.up("Space");
  assert.equal(await shown.getAttribute("type"), "password");
  await page.getByText("acme-login.eu.nexthink.cloud").waitFor();
  await tabTo("Connect");
  await press("Enter");
  await page.getByRole("heading", { name: "Connected to Nexthink" }).waitFor();
  assert.equal(await focused(), "connected-title");
  assert.equal(await shown.inputValue(), "", "the secret is not kept on the page");
  await accessible(page, "connected");
  const bodies = seen.bodies.filter(([, body]) => body.includes(secret)).map(([url]) => new URL(url).pathname);
  assert.deepEqual(bodies, ["/api/connect"], "the secret travels once");
  assert.ok(!seen.answers.some((text) => text.includes(secret)) && !seen.requests.some((url) => url.includes(secret)));
  const kept = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length, location.href, document.documentElement.outerHTML].join());
  assert.ok(!kept.includes(secret) && kept.startsWith(",0,0,"), kept.slice(0, 80));
}));

test("a pasted address is taken apart", () => visit(async (page) => {
  await fill(page, { "Instance name": "https://nxdocs.data.eu.nexthink.cloud" });
  await page.getByText("nxdocs (European Union)").waitFor();
  await page.getByText("Taken as nxdocs").waitFor();
  await page.getByText("Taken as European Union").waitFor();
  assert.deepEqual(await page.locator(".resolved .hosts li").allTextContents(), [
    "nxdocs-login.eu.nexthink.cloud token",
    "nxdocs.api.eu.nexthink.cloud api",
    "nxdocs.data.eu.nexthink.cloud web, Cloud-native",
    "nxdocs.eu.nexthink.cloud web, Classic",
  ]);
  await accessible(page, "pasted address");
  await shoot(page, "pasted-address");
}));

test("each kind of problem stands at its field", () => visit(async (page) => {
  const problem = (label) => field(page, label).evaluate((input) => {
    const ids = input.getAttribute("aria-describedby").split(" ");
    return input.getAttribute("aria-invalid") === "true" ? ids.map((id) => document.getElementById(id)).find((p) => p.className === "problem").textContent : "";
  });
  const wait = async (label, pattern) => {
    for (let i = 0; i < 50; i++) {
      if (pattern.test(await problem(label))) return;
      await page.waitForTimeout(50);
    }
    assert.match(await problem(label), pattern);
  };
  assert.equal(await page.locator("[aria-invalid]").count(), 0, "an empty form complains of nothing");
  await fill(page, { "Instance name": "nxdocs.eu.nexthink.cloud.evil.example" });
  await field(page, "Client ID").focus();
  await wait("Instance name", /does not lie under nexthink\.cloud\. .*looks like/);
  await fill(page, { "Instance name": "a b" });
  await wait("Instance name", /\S/);
  await fill(page, { "Instance name": "a".repeat(80) });
  await wait("Instance name", /\S/);
  await fill(page, { "Instance name": "https://nxdocs.data.eu.nexthink.cloud", "Region": "us" });
  await wait("Region", /\S/);
  await fill(page, { "Instance name": "acme", "Region": "eu", "Client ID": "a:b" });
  await field(page, "Client secret").focus();
  await wait("Client ID", /\S/);
  await fill(page, { "Instance name": "", "Region": "", "Client ID": "" });
  await connect(page).click();
  await page.getByText("entries need to be corrected; nothing was sent.").waitFor();
  for (const label of ["Instance name", "Client ID", "Client secret"]) await wait(label, /\S/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-0", "the first one has the focus");
  await accessible(page, "problems");
  await shoot(page, "problems");
}));

test("a failure names what to do, and which field to correct", () => visit(async (page) => {
  const options = await page.locator("#recording option").evaluateAll((all) => all.map((one) => [one.value, one.textContent]));
  assert.ok(options.length > 50);
  await fill(page, good);
  const facts = await page.evaluate(async () => (await fetch("/api/facts")).json());
  const at = facts.recordings.findIndex((recording) => recording.file === "failure-invalid-client-okta.har");
  await page.getByLabel("Answers come from the recording").selectOption(String(at));
  await connect(page).click();
  await page.locator("#result .notice.bad").waitFor();
  assert.match(await page.evaluate(() => document.activeElement.id), /^field-\d$/);
  const folded = page.locator("#result details");
  assert.equal(await folded.getAttribute("open"), null, "the provider's own words are folded away");
  await folded.locator("summary").click();
  assert.match(await folded.textContent(), /invalid_client/);
  await accessible(page, "failure");
}));

test("a waiting time counts down", () => visit(async (page) => {
  await fill(page, good);
  await answerFrom(page, "Too many requests, wait in seconds");
  await connect(page).click();
  const timer = page.locator("#result .timer");
  await timer.waitFor();
  assert.match(await timer.textContent(), /^(2:00|1:5\d)$/);
  await page.waitForFunction(() => /^1:5\d$/.test(document.querySelector("#result .timer").textContent));
  await accessible(page, "failure with countdown");
  await shoot(page, "failure");
}));

test("the recording's own entries can be filled in, without a secret", () => visit(async (page) => {
  await answerFrom(page, "Success in the United States");
  await page.getByRole("button", { name: "Fill in its entries" }).click();
  assert.equal(await field(page, "Region").inputValue(), "us");
  assert.equal(await field(page, "Client secret").inputValue(), "");
}));

test("the permission table shows what is missing and which box to tick", () => visit(async (page) => {
  const states = () => page.locator(".permissions .state").allTextContents();
  await fill(page, good);
  await answerFrom(page, "Connected: some permissions are missing");
  await connect(page).click();
  await page.locator(".permissions table").waitFor();
  assert.deepEqual(new Set(await states()), new Set(["✓ granted", "✗ missing", "? unknown"]));
  assert.match(await page.locator(".permissions tr", { has: page.locator(".missing") }).textContent(), /Workflows API.*Tick “Workflows API”/);
  await accessible(page, "permission table, recorded");
  await page.getByRole("button", { name: "Disconnect" }).click();
  await fill(page, { "Client secret": secret });
  await answerFrom(page, "Success in the European Union");
  await connect(page).click();
  await page.locator(".permissions table").waitFor();
  assert.deepEqual(new Set(await states()), new Set(["? unknown"]), "this recording ends with the token");
}));

test("a secret shows while the button is held, with the pointer too", () => visit(async (page) => {
  const shown = field(page, "Client secret");
  await fill(page, good);
  const type = () => shown.getAttribute("type");
  await page.getByRole("button", { name: "Hold to show: Client secret" }).hover();
  await page.mouse.down();
  assert.equal(await type(), "text");
  await page.mouse.up();
  assert.equal(await type(), "password");
  await page.mouse.down();
  await page.mouse.move(0, 0);
  assert.equal(await type(), "password", "the pointer has left the button");
  await page.mouse.up();
}));

test("live: the permission table and an operation", async () => {
  const { options, stop } = await tenant(folder, "nql,workflows");
  const live = await serve(...options);
  await visit(async (page) => {
    await fill(page, { ...good, "Instance name": "nxdocs" });
    await connect(page).click();
    await page.getByRole("heading", { name: "Connected to Nexthink" }).waitFor();
    await page.locator(".permissions table").waitFor();
    const states = await page.locator(".permissions .state").allTextContents();
    assert.deepEqual(new Set(states), new Set(["✓ granted", "✗ missing", "? unknown"]));
    const missing = page.locator(".permissions tr", { has: page.locator(".missing") }).first();
    assert.match(await missing.locator("td").textContent(), /Tick “Remote Actions API”/, "which box to tick");
    await accessible(page, "permission table");
    await page.evaluate(() => scrollTo(0, 0));
    await shoot(page, "connected");
    await page.getByText("remote-actions.list", { exact: true }).click();
    const form = page.getByRole("form", { name: "Try List remote actions" });
    await form.getByRole("button", { name: "Run" }).click();
    // The permission is missing, and the component says so.
    await form.locator(".notice.bad").waitFor();
    await page.getByText("workflows.list", { exact: true }).click();
    const other = page.getByRole("form", { name: "Try List workflows" });
    await other.getByRole("button", { name: "Run" }).click();
    await other.locator(".notice.good pre").waitFor();
    await accessible(page, "operations, live");
    await page.getByRole("button", { name: "Disconnect" }).click();
    assert.equal(await field(page, "Client secret").inputValue(), "");
  }, { url: live.url });
  await live.stop();
  await stop();
});

test("an operation is tried against a recording, by a form of its schema", () => visit(async (page) => {
  await page.getByText("nql.execute", { exact: true }).click();
  const form = page.getByRole("form", { name: "Try Run a query", exact: true });
  assert.ok(await form.getByRole("button", { name: "Run" }).isDisabled(), "not before there is a connection");
  await fill(page, good);
  await connect(page).click();
  await page.getByRole("heading", { name: "Connected to Nexthink" }).waitFor();
  await form.getByRole("button", { name: "Run" }).click();
  await form.locator("[aria-invalid=true]").first().waitFor();
  assert.equal(await form.getByLabel("queryId").getAttribute("aria-invalid"), "true");
  await form.getByLabel("Answer from the recording").selectOption({ label: "A query returns its rows" });
  await form.getByRole("button", { name: "Fill in its input" }).click();
  assert.equal(await form.getByLabel("queryId").inputValue(), "#device_by_name");
  assert.equal(await form.getByLabel("Name in parameters").inputValue(), "device_name");
  await form.getByRole("button", { name: "Run" }).click();
  await form.locator(".notice.good pre").waitFor();
  assert.match(await form.locator(".notice.good pre").textContent(), /PC-0000001/);
  await accessible(page, "operation");
  await page.locator("details.operation[open]").scrollIntoViewIfNeeded();
  await shoot(page, "operation");
  // Every other form can be drawn as well.
  await page.locator("details.operation:not([open]) > summary").evaluateAll((all) => all.forEach((summary) => summary.click()));
  await page.waitForFunction(() => document.querySelectorAll("details.operation form").length === document.querySelectorAll("details.operation").length);
  assert.equal(await page.getByText("[object").count(), 0);
  // Each has fields of its own, also for what may be null, except the one that takes nothing; what
  // may be words is written as words.
  assert.deepEqual(await page.locator("details.operation label", { hasText: "(JSON)" }).allTextContents(), ["Input (JSON)"]);
  const spark = page.getByRole("form", { name: "Try Hand over to Spark" });
  await spark.getByRole("button", { name: "Fill in the example" }).click();
  assert.equal(await spark.getByLabel("message").inputValue(), "My laptop is slow.");
  await accessible(page, "all operations");
}));

test("something destructive asks first", () => visit(async (page) => {
  await fill(page, good);
  await connect(page).click();
  await page.getByRole("heading", { name: "Connected to Nexthink" }).waitFor();
  await page.getByText("devices.delete", { exact: true }).click();
  const form = page.getByRole("form", { name: "Try Delete devices" });
  await form.getByRole("button", { name: "Fill in the example" }).click();
  await form.getByRole("button", { name: "Run" }).click();
  await form.getByText("was not confirmed").waitFor();
}));

test("dark mode", () => visit(async (page) => {
  await fill(page, { "Instance name": "acme", "Region": "eu", "Client ID": "a:b" });
  await field(page, "Client secret").focus();
  await page.locator("[aria-invalid=true]").waitFor();
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(246, 247, 249)");
  await accessible(page, "dark");
  await shoot(page, "dark");
}, { colorScheme: "dark" }));

test("a narrow screen has one above the other and nothing to scroll sideways", () => visit(async (page) => {
  const { "Client secret": hidden, ...others } = good;
  await fill(page, others);
  await page.locator(".resolved .hosts").waitFor();
  const [guide, form] = [await page.locator(".guide").boundingBox(), await page.locator(".connect").boundingBox()];
  assert.ok(guide.x === form.x && form.y >= guide.y + guide.height);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await accessible(page, "narrow");
  await page.locator(".connect").scrollIntoViewIfNeeded();
  await page.locator("#connect-title").evaluate((title) => title.scrollIntoView());
  await shoot(page, "narrow");
  await fill(page, { "Client secret": hidden });
  await connect(page).click();
  await page.getByRole("heading", { name: "Connected to Nexthink" }).waitFor();
  await accessible(page, "narrow, connected");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
}, { viewport: { width: 320, height: 720 } }));

test("a person signs in at the provider, in a window of its own", async () => {
  const live = await serve("--live", "--component", path.join(process.env.EXAMPLES, "zendesk.wasm"));
  await visit(async (page) => {
    await fill(page, { "Subdomain": "acme", "Identifier": "platform" });
    await connect(page).click();
    const link = page.getByRole("link", { name: "Sign in at Zendesk" });
    await link.waitFor();
    await accessible(page, "sign-in");
    assert.deepEqual(await link.evaluate((a) => [a.target, a.rel]), ["_blank", "noopener noreferrer"]);
    const { host, searchParams } = new URL(await link.getAttribute("href"));
    assert.equal(host, "acme.zendesk.com");
    // What their browser does once they refuse.
    const back = await page.context().newPage();
    await back.goto(`${searchParams.get("redirect_uri")}?error=access_denied&state=${searchParams.get("state")}`);
    assert.match(await back.textContent("body"), /You are not signed in/);
    await back.close();
    await page.locator("#result .notice.bad").waitFor();
    assert.match(await page.locator("#result").textContent(), /left without consent/);
    await accessible(page, "sign-in refused");
  }, { url: live.url });
  await live.stop();
});

test("nothing of a hostile component runs, in any text", async () => {
  const hostile = await serve("--component", path.join(folder, "hostile.wasm"), "--recording", path.join(folder, "recordings"));
  await visit(async (page) => {
    const texts = () => page.evaluate(() => document.body.textContent);
    assert.match(await texts(), /<script>window\.ran=1<\/script>/, "it is shown as text");
    assert.equal(await page.locator("main script, main img, main [onclick], main [onerror], main svg").count(), 0);
    for (const link of await page.locator("main a[href]").all()) {
      assert.match(await link.evaluate((a) => a.getAttribute("href")), /^(#|https:\/\/made\.example\/)/);
    }
    await accessible(page, "hostile");
    await page.getByLabel("Answers come from the recording").selectOption("1");
    await connect(page).click();
    await page.locator("#result .notice.bad").waitFor();
    await page.locator("#result summary").click();
    await page.getByLabel("Answers come from the recording").selectOption("0");
    await connect(page).click();
    await page.getByRole("heading", { name: "Connected to" }).waitFor();
    await page.locator(".permissions table").waitFor();
    await page.locator("details.operation > summary").click();
    await page.getByRole("button", { name: "Fill in the example" }).click();
    await page.getByLabel("I know that").check();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator(".result .notice pre").waitFor();
    assert.match(await page.locator(".result .notice pre").textContent(), /window\.ran/);
    assert.equal(await page.locator("main script, main img, main [onclick], main [onerror], main svg").count(), 0);
  }, { url: hostile.url });
  await hostile.stop();
});

test("a component that loops or gives up is named, and the page stays", async () => {
  for (const [file, code] of [["endless.wasm", /computing time/], ["trapping.wasm", /crashed/]]) {
    const bad = await serve("--component", path.join(folder, file));
    await visit(async (page) => {
      await page.getByText("The component failed").waitFor();
      assert.match(await page.locator(".resolved").textContent(), code);
      await accessible(page, file);
    }, { url: bad.url });
    await bad.stop();
  }
});

// A server that accepts and says nothing, and the options to reach it.
async function silence() {
  const held = new Set();
  const server = createServer((socket) => held.add(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const options = ["--live", "--resolve", `acme-login.eu.nexthink.cloud:443:127.0.0.1:${server.address().port}`];
  const stop = () => {
    for (const socket of held) socket.destroy();
    server.close();
  };
  return { options, stop };
}

test("a tenant that takes too long is a timeout", async () => {
  const silent = await silence();
  const live = await serve(...silent.options, "--timeout", "1");
  await visit(async (page) => {
    await fill(page, good);
    await connect(page).click();
    await page.locator("#result .notice.bad").waitFor();
    assert.match(await page.locator("#result").textContent(), /did not answer within 1 second/);
    await accessible(page, "timeout");
  }, { url: live.url });
  await live.stop();
  silent.stop();
});

test("a request to a tenant that never answers can be cancelled", async () => {
  const silent = await silence();
  const live = await serve(...silent.options);
  await visit(async (page) => {
    await fill(page, good);
    await connect(page).click();
    await page.getByText("Requesting a token from acme-login.eu.nexthink.cloud").waitFor();
    await accessible(page, "progress");
    // Typing is answered all the while.
    await fill(page, { "Instance name": "other" });
    await page.getByText("other-login.eu.nexthink.cloud").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    assert.ok(await connect(page).isEnabled());
  }, { url: live.url });
  await live.stop();
  silent.stop();
});

test("a post from another site and a foreign name for this machine are refused", async () => {
  const { port } = new URL(server.url);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("http://evil.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>evil</h1>" }));
  await page.goto("http://evil.example/");
  const tried = await page.evaluate(async (url) => {
    const tries = [
      fetch(`${url}api/facts`),
      fetch(`${url}api/connect`, { method: "POST", body: '{"entries":[]}', headers: { "content-type": "application/json" } }),
      fetch(`${url}api/connect`, { method: "POST", body: '{"entries":[]}' }),
    ];
    return (await Promise.allSettled(tries)).map((tried) => tried.status);
  }, server.url);
  assert.deepEqual(tried, ["rejected", "rejected", "rejected"], "the browser hands no answer to the other site");
  const [response] = await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith("/api/connect")),
    page.evaluate((url) => {
      const form = document.createElement("form");
      form.method = "post";
      form.enctype = "text/plain";
      form.action = `${url}api/connect`;
      document.body.append(form);
      form.submit();
    }, server.url),
  ]);
  assert.equal(response.status(), 403, "a form of another site");
  await context.close();
  // A name of an attacker's that resolves to this machine.
  const { chromium } = await import("playwright-core");
  const rebound = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", `--host-resolver-rules=MAP rebound.example 127.0.0.1`],
  });
  const victim = await rebound.newPage();
  const answer = await victim.goto(`http://rebound.example:${port}/`);
  assert.equal(answer.status(), 421);
  assert.doesNotMatch(await answer.text(), /nexthink/i);
  await rebound.close();
});

test("the page is light", () => visit(async (page) => {
  await page.locator("details.operation").first().waitFor();
  const sizes = await page.evaluate(() => performance.getEntries().filter((entry) => entry.decodedBodySize !== undefined)
    .map(({ name, decodedBodySize }) => ({ name, decodedBodySize })));
  const sum = (key) => sizes.reduce((total, entry) => total + entry[key], 0);
  console.log(`# page weight: ${sum("decodedBodySize")} bytes, ${sizes.length} requests`);
  assert.ok(sum("decodedBodySize") < 600_000);
}));
