// The little of the binary format that linking needs (WebAssembly Core Specification, chapter 5, and the
// component model's Binary.md): sections, imports, exports.

const MODULE = Buffer.from("\0asm\x01\0\0\0", "latin1");

/** Sections of modules and components. */
export const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10, coreModule: 1, component: 4 };

/** Reads bytes one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }

  u32() {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name = () => this.take(this.u32()).toString();

  /** Reads a vector, each item with what it was read from. */
  vector(item) {
    return Array.from({ length: this.u32() }, () => {
      const start = this.at;
      return { ...item(), bytes: this.bytes.subarray(start, this.at) };
    });
  }
}

function u32(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

export const sized = (bytes) => Buffer.concat([u32(bytes.length), bytes]);
export const name = (text) => sized(Buffer.from(text));
export const index = u32;
export const vector = (items) => Buffer.concat([u32(items.length), ...items]);

/** Writes a module of pairs of a section id and its contents. */
export const module = (sections) =>
  Buffer.concat([MODULE, ...sections.flatMap(([id, contents]) => [Buffer.from([id]), sized(contents)])]);

/** Reads the sections of a module or component. */
export function sections(bytes) {
  const reader = new Reader(Buffer.from(bytes), 8);
  const found = [];
  while (reader.at < bytes.length) found.push([reader.take(1)[0], reader.take(reader.u32())]);
  return found;
}

export const contents = (bytes, id) => sections(bytes).filter(([given]) => given === id).map(([, part]) => part);

/** Reads the imports of a module: the type of each function, and the description as it is there. */
export function imports(section) {
  const reader = new Reader(section);
  const limits = () => {
    if (reader.take(1)[0] & 1) reader.u32();
    reader.u32();
  };
  return reader.vector(() => {
    const [from, field, start] = [reader.name(), reader.name(), reader.at];
    const kind = reader.take(1)[0];
    let type;
    if (kind === 0) type = reader.u32();
    else if (kind === 3) reader.take(2);
    else {
      if (kind === 1) reader.take(1);
      limits();
    }
    return { from, field, type, description: section.subarray(start, reader.at) };
  });
}

/** Reads the exports of a module. */
export function exports(section) {
  const reader = new Reader(section);
  return reader.vector(() => {
    const field = reader.name();
    reader.take(1);
    reader.u32();
    return { field };
  });
}
