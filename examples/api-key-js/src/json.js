// JSON and UTF-8 with what the runtime has: no `TextDecoder`, and no limit to how deep JSON nests.
//
// In as few steps of the interpreter as there is a way to: fuel is what long responses run out of.

/** Deepest nesting to read. Twice as deep, the parser would use up the stack that the host grants. */
const DEEPEST = 500;

const count = (text, character) => text.split(character).length - 1;

/**
 * Returns whether JSON nests deeper than is read.
 *
 * Goes by the numbers of brackets, those in strings among them, and looks closer only where they are many.
 * Who hides brackets from it, behind others in strings, makes the call end with a trap.
 */
function isDeep(text) {
  let depth = 0;
  for (let i = 0; i < text.length; i += 2048) {
    const part = text.slice(i, i + 2048);
    const opened = count(part, "[") + count(part, "{");
    if (depth + opened > DEEPEST) return isExactlyDeep(text);
    depth = Math.max(0, depth + opened - count(part, "]") - count(part, "}"));
  }
  return false;
}

/** Does the same without regard to brackets in strings. */
function isExactlyDeep(text) {
  let depth = 0;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/gs)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Parses JSON. Throws a `SyntaxError` for what is none, or nests too deeply. */
export function parse(text) {
  if (isDeep(text)) throw new SyntaxError("nests too deeply");
  return JSON.parse(text);
}

/** Decodes UTF-8. Throws a `URIError` for other bytes. */
export function decode(bytes) {
  const text = atob(bytes.toBase64());
  const whole = bytes.length - (bytes.length % 4);
  const words = new Uint32Array(bytes.slice(0, whole).buffer);
  const plain = !words.some((word) => word & 0x8080_8080) && bytes.subarray(whole).every((byte) => byte < 0x80);
  return plain ? text : text.replace(/[\x80-\xff]+/g, (run) => decodeURIComponent(escape(run)));
}

/** Encodes UTF-8. */
export const encode = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0));
