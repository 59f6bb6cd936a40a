// Builds the component: `npm run build` writes datadog-js.wasm, or the file that is its argument.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import { componentize } from "componentize-qjs";
import { link } from "./link.js";

const here = fileURLToPath(new URL("..", import.meta.url));
const witPath = path.join(here, "../../wit");
const world = "key-connector";
const entry = path.join(here, "src/connector.js");
const output = path.resolve(process.argv[2] ?? path.join(here, "datadog-js.wasm"));

// `sync`: a host needs nothing of the asynchronous ABI. `optSize`: two thirds of the code to compile.
const { component } = await componentize({
  witPath,
  world,
  jsSource: readFileSync(entry, "utf8"),
  jsPath: entry,
  moduleRoot: path.dirname(entry),
  stubWasi: true,
  optSize: true,
  sync: true,
});
const directory = mkdtempSync(path.join(tmpdir(), "datadog-js-"));
try {
  const binary = link(component, directory);
  writeFileSync(output, await componentNew(await componentEmbed({ binary, witPath, world }), []));
} finally {
  rmSync(directory, { recursive: true });
}
