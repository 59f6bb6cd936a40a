// Makes one module without imports of the modules in a component of componentize-qjs.
//
// componentize-qjs links dynamically: the runtime and the bindings are modules of their own beside one
// with memory and table, and each interface of WASI that the runtime knows is a component that traps.
// A host that allows few components and no resources refuses that, and none of it is ever called. Here
// the modules are merged, WASI's functions become traps inside, and what nobody calls is left out.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { SECTION, contents, exports, imports, index, module, name, sections, sized, vector } from "./wasm.js";

const RUNTIME = "componentize_qjs_runtime.wasm";
const BINDINGS = "wit-dylib.wasm";

/** What every library shares with the module that has the memory. */
const SHARED = ["memory", "__indirect_function_table", "__stack_pointer"];

/** Proposals that the modules use; the host's Wasmtime has all of them enabled by default. */
const FEATURES = [
  ...["bulk-memory", "bulk-memory-opt", "call-indirect-overlong", "extended-const", "multivalue", "mutable-globals"],
  ...["nontrapping-float-to-int", "reference-types", "sign-ext", "tail-call"],
].map((feature) => `--enable-${feature}`);

const binaryen = path.dirname(createRequire(import.meta.url).resolve("binaryen/package.json"));
const run = (tool, args) => execFileSync(process.execPath, [path.join(binaryen, "bin", tool), ...args]);

/** Where a library finds what it imports, by the conventions of dynamic linking. */
function library(own, otherwise) {
  return (from, field) => {
    if (from === "GOT.mem") return ["main", field];
    if (from === "GOT.func") return ["main", `${own}:${field}`];
    if (from !== "env") return undefined;
    if (SHARED.includes(field)) return ["main", field];
    const base = /^__((memory|table)_base)$/.exec(field);
    return base ? ["main", `${own}:${base[1]}`] : otherwise && [otherwise, field];
  };
}

/** The modules in the order in which the component instantiates them; the second is WASI's adapter. */
const MODULES = [
  ["main", () => undefined],
  undefined,
  [RUNTIME, library(RUNTIME)],
  [BINDINGS, library(BINDINGS, RUNTIME)],
  ["shim", () => undefined],
  ["fixup", (from, field) => (from === "actual" ? undefined : [from, field])],
];

/** Points the imports of a module to where they are found, and the rest to a module of traps. */
function relinked(bytes, of, find) {
  const traps = [];
  const target = ({ from, field, type }) => {
    const found = find(from, field);
    if (found) return found;
    if (type === undefined) throw new Error(`${of} imports ${from} ${field}, which is no function`);
    // The adapter's state is not there either: forgetting it is nothing to do.
    const body = field === "reset_adapter_state" ? [0, 0x0b] : [0, 0x00, 0x0b];
    traps.push({ type, body: sized(Buffer.from(body)) });
    return [`traps of ${of}`, `${traps.length - 1}`];
  };
  const point = (given) => Buffer.concat([...target(given).map(name), given.description]);
  const linked = sections(bytes).map(([id, part]) =>
    id === SECTION.import ? [id, vector(imports(part).map(point))] : [id, part],
  );
  const trapping = module([
    [SECTION.type, contents(bytes, SECTION.type)[0]],
    [SECTION.function, vector(traps.map(({ type }) => index(type)))],
    [SECTION.export, vector(traps.map((_, i) => Buffer.concat([name(`${i}`), Buffer.from([0]), index(i)])))],
    [SECTION.code, vector(traps.map(({ body }) => body))],
  ]);
  return [[`traps of ${of}`, trapping], [of, module(linked)]];
}

/** Keeps the exports that the canonical ABI needs. */
function trimmed(bytes) {
  const needed = ({ field }) => ["memory", "cabi_realloc"].includes(field) || field.includes("integration:provider/");
  return module(
    sections(bytes).map(([id, part]) =>
      id === SECTION.export ? [id, vector(exports(part).filter(needed).map((given) => given.bytes))] : [id, part],
    ),
  );
}

/** Returns the module; files on the way go to a directory. */
export function link(component, directory) {
  const [linked] = contents(component, SECTION.component);
  const [inner] = contents(linked, SECTION.component);
  const modules = contents(inner, SECTION.coreModule);
  if (modules.length !== MODULES.length) {
    throw new Error(`the component has ${modules.length} modules, not ${MODULES.length}: another componentize-qjs?`);
  }
  const parts = MODULES.flatMap((known, i) => (known ? relinked(modules[i], ...known) : []));
  // Traps first: nothing but what was merged before is found.
  parts.sort(([a], [b]) => b.startsWith("traps") - a.startsWith("traps"));
  const file = (of) => path.join(directory, `${of}.wasm`);
  const merging = parts.flatMap(([of, bytes]) => {
    writeFileSync(file(of), bytes);
    return [file(of), of];
  });
  // The feature gc alone lets a global be initialized from one that is not imported; optimizing then
  // leaves none of those.
  const features = [...FEATURES, "--enable-gc"];
  run("wasm-merge", [...merging, "--rename-export-conflicts", ...features, "--output", file("merged")]);
  writeFileSync(file("trimmed"), trimmed(readFileSync(file("merged"))));
  const passes = ["--simplify-globals", "-O2", "--simplify-globals", "--strip-debug"];
  run("wasm-opt", [file("trimmed"), ...features, ...passes, "--output", file("optimized")]);
  // Fails where something of gc is left.
  run("wasm-opt", [file("optimized"), "--quiet", ...FEATURES, "--output", file("module")]);
  const made = readFileSync(file("module"));
  const left = contents(made, SECTION.import).flatMap(imports).map(({ from, field }) => `${from} ${field}`);
  if (left.length > 0) throw new Error(`still imported: ${left.join(", ")}`);
  return made;
}
