// Loads the component as `jco transpile` wrote it, and calls it.

import { readFileSync } from "node:fs";
import { instantiate } from "./nexthink/nexthink.js";

// Without JSPI, as in Node.js 20, the code of jco throws and catches an error for each export, 20 ms for
// each instance. This is what it falls back to.
if (!("promising" in WebAssembly)) Object.assign(WebAssembly, { promising: (/** @type {unknown} */ call) => call });

const folder = new URL("./nexthink/", import.meta.url);
/** @type {Map<string, WebAssembly.Module>} */
const modules = new Map();

/** @param {string} name */
function compiled(name) {
  const known = modules.get(name) ?? new WebAssembly.Module(readFileSync(new URL(name, folder)));
  modules.set(name, known);
  return known;
}

/** Returns an instance that has seen nobody's secrets: take one for each call. */
export const fresh = () => instantiate(compiled, {});

/**
 * Makes a value of what jco throws for the error of a `result`. A trap is thrown on.
 *
 * @template T
 * @param {() => T} call
 * @returns {{ ok: T, err?: undefined } | { ok?: undefined, err: any }}
 */
export function attempt(call) {
  try {
    return { ok: call() };
  } catch (error) {
    if (error instanceof Error && "payload" in error) return { err: error.payload };
    throw error;
  }
}
