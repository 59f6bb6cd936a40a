// The part of JSON Schema 2020-12 that the inputs here use, and a check of input against it.

import { problem } from "./connection.js";
import { parse } from "./json.js";

export const text = (maxLength) => ({ type: "string", minLength: 1, maxLength });
export const choice = (...options) => ({ type: "string", enum: options });
export const whole = (minimum, maximum, more) => ({ type: "integer", minimum, maximum, ...more });
export const list = (items) => ({ type: "array", items, minItems: 1, maxItems: 100 });
export const closed = (properties, required = []) => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

/** Returns a schema as it is written: members of an input that need not be there may be `null`. */
function written({ description, default: preset, ...own }, nullable = false) {
  if (own.properties) {
    const optional = (name) => own.additionalProperties === false && !own.required?.includes(name);
    const members = Object.entries(own.properties);
    own.properties = Object.fromEntries(members.map(([name, schema]) => [name, written(schema, optional(name))]));
  }
  const type = nullable ? { anyOf: [own, { type: "null" }] } : own;
  return { ...(description && { description }), ...type, ...(preset !== undefined && { default: preset }) };
}

/** Writes a schema, with examples. */
export function document(schema, ...examples) {
  const dialect = { $schema: "https://json-schema.org/draft/2020-12/schema" };
  return JSON.stringify({ ...dialect, ...written(schema), ...(examples.length > 0 && { examples }) });
}

const NOUNS = { string: "a string", integer: "a whole number", array: "an array", object: "an object" };

function isOf(type, value) {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  return typeof value === type && value !== null && !Array.isArray(value);
}

function* check(schema, value, at) {
  const fail = (code, message, hint) => problem(at || undefined, code, message, hint);
  if (!isOf(schema.type, value)) return yield fail("wrong-type", `This has to be ${NOUNS[schema.type]}.`);
  if (schema.enum) {
    if (schema.enum.includes(value)) return;
    yield fail("not-an-option", "This is none of the options.", `It is one of ${schema.enum.join(", ")}.`);
  } else if (schema.type === "string") {
    // Counting takes long, and no character has more than two units.
    const length = value.length > 2 * schema.maxLength ? value.length : [...value].length;
    if (length > schema.maxLength) yield fail("too-long", `This is longer than ${schema.maxLength} characters.`);
    else if (length < schema.minLength) yield fail("required", "This is empty.");
  } else if (schema.type === "integer") {
    const { minimum, maximum } = schema;
    if (value < minimum || value > maximum) {
      yield fail("out-of-range", `This has to lie between ${minimum} and ${maximum}.`);
    }
  } else if (schema.type === "array") {
    const { minItems, maxItems } = schema;
    for (const [i, item] of value.slice(0, maxItems).entries()) yield* check(schema.items, item, `${at}/${i}`);
    if (value.length < minItems) yield fail("too-few", `At least ${minItems} have to be here.`);
    if (value.length > maxItems) {
      yield fail("too-many", `There are ${value.length} of at most ${maxItems}.`, "Do it in several parts.");
    }
  } else {
    for (const [name, member] of Object.entries(value)) {
      if (!Object.hasOwn(schema.properties, name)) {
        // An invalid name may be a value in the wrong place, which must not be quoted.
        const word = /^[\w\-.$]{0,64}$/.test(name);
        yield fail("unknown-field", word ? `There is no member ${name}.` : "There is no such member.");
      } else if (member !== null) yield* check(schema.properties[name], member, `${at}/${name}`);
    }
    for (const name of schema.required ?? []) {
      if ((value[name] ?? null) === null) {
        const { description } = schema.properties[name];
        yield problem(`${at}/${name}`, "required", "This is missing.", description);
      }
    }
  }
}

/** Reads an input. Returns its value, and every problem with it. */
export function read(schema, input) {
  let value;
  try {
    value = parse(input);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problems: [problem(undefined, "bad-format", "The input is no JSON that can be read.")] };
  }
  return { value, problems: [...check(schema, value, "")].slice(0, 100) };
}
