// A form made from a JSON Schema: texts, numbers, booleans, choices, lists, objects and maps of
// texts. Anything else, and anything deeper, is a text field for JSON. The component checks the
// input, so patterns and limits are not enforced here: a stranger's expression can take for ever to
// match.
//
// A node is { element, read, write, show, at }: `read` returns a value, or undefined for an
// empty field; `show` shows a problem; `at` finds the node of a JSON Pointer's segments.

import { freshId, make } from "./dom.js";

const DEEPEST = 4;

// Returns the schemas that a value may follow, of which null is none: an empty field is left out.
// Beside a type, `anyOf` only limits its values further.
function alternatives(schema) {
  const { anyOf, ...rule } = typeof schema === "object" && schema !== null ? schema : {};
  if (!Array.isArray(anyOf) || "type" in rule) return [rule];
  return anyOf.filter((one) => one?.type !== "null").map((one) => ({ ...one, ...rule }));
}

// Makes a node for a schema under a label.
export function node(schema, label, { required = false, depth = 0 } = {}) {
  const all = alternatives(schema);
  const rule = all[0] ?? {};
  const types = [...new Set(all.flatMap((one) => one.type ?? []))];
  const odd = ["$ref", "oneOf", "anyOf", "allOf", "if", "const"].some((word) => all.some((one) => word in one));
  const one = types.length === 1 && all.length === 1 && !odd ? types[0] : null;
  const inner = { required, depth };
  if (all.length > 1 && types.includes("string") && types.includes("object")) return json(rule, label, { ...inner, words: true });
  if (!odd && Array.isArray(rule.enum) && rule.enum.every((value) => typeof value === "string")) {
    return choice(rule, label, rule.enum.map((value) => [value, value]), inner);
  }
  if (one === "boolean") return choice(rule, label, [[true, "yes"], [false, "no"]], inner);
  if (one === "string" || (!odd && types.includes("string") && types.every((type) => type === "string" || type === "integer"))) return text(rule, label, inner);
  if (one === "integer" || one === "number") return number(rule, label, inner);
  if (one === "object" && depth < DEEPEST) {
    if (rule.properties && Object.keys(rule.properties).length > 0) return object(rule, label, inner);
    if (alternatives(rule.additionalProperties).every((value) => value.type === "string")) return map(rule, label, inner);
  }
  if (one === "array" && depth < DEEPEST && rule.items) return list(rule, label, inner);
  return json(rule, label, inner);
}

// Label, help and problem around one control.
function field(rule, label, required, control) {
  const id = freshId("input");
  const problem = make("p", { class: "problem", id: `${id}-problem` });
  control.id = id;
  control.setAttribute("aria-describedby", `${id}-help ${id}-problem`);
  if (required) control.setAttribute("aria-required", "true");
  const notes = [rule.description, limits(rule)].filter(Boolean).join(" ");
  const element = make("div", { class: "field" },
    make("div", { class: "label" }, make("label", { for: id, text: label }), required ? null : make("span", { class: "faint", text: "optional" })),
    control, problem, make("p", { class: "help", id: `${id}-help`, text: notes }));
  return { element, show: showing(problem, control), control };
}

function showing(problem, control) {
  return (text) => {
    problem.textContent = text;
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
}

function limits(rule) {
  const range = rule.minimum !== undefined && rule.maximum !== undefined && Math.abs(rule.maximum) < 1e9 ? `From ${rule.minimum} to ${rule.maximum}.` : null;
  const preset = rule.default !== undefined ? `Default: ${JSON.stringify(rule.default)}.` : null;
  const count = rule.maxItems ? `At most ${rule.maxItems}.` : null;
  return [range, count, preset].filter(Boolean).join(" ");
}

const leaf = (made, read, write) => ({ element: made.element, show: made.show, focus: made.control, read, write, at: () => null });

const hint = (rule) => (typeof rule.examples?.[0] === "string" || typeof rule.examples?.[0] === "number" ? String(rule.examples[0]) : null);

function text(rule, label, { required }) {
  const long = (rule.maxLength ?? 0) > 2000;
  const control = long ? make("textarea", { rows: "3", spellcheck: "false" })
    : make("input", { type: "text", placeholder: hint(rule), autocomplete: "off", spellcheck: "false" });
  const made = field(rule, label, required, control);
  return leaf(made, () => (control.value === "" ? undefined : control.value), (value) => (control.value = value ?? ""));
}

function number(rule, label, { required }) {
  const control = make("input", { type: "text", inputmode: rule.type === "integer" ? "numeric" : "decimal", placeholder: hint(rule), autocomplete: "off" });
  const read = () => {
    const given = control.value.trim();
    if (given === "") return undefined;
    // What is no number is sent as it is: the component reports it.
    return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(given) ? Number(given) : given;
  };
  return leaf(field(rule, label, required, control), read, (value) => (control.value = value ?? ""));
}

function choice(rule, label, options, { required }) {
  const control = make("select", {}, make("option", { value: "", text: required ? "Choose …" : "None" }),
    options.map(([, word], at) => make("option", { value: String(at), text: word })));
  const write = (value) => {
    const at = options.findIndex(([known]) => known === value);
    control.value = at < 0 ? "" : String(at);
  };
  return leaf(field(rule, label, required, control), () => (control.value === "" ? undefined : options[Number(control.value)][0]), write);
}

// A field for JSON. Where words are a value too, what does not begin like an object is words.
function json(rule, label, { required, words = false }) {
  const control = make("textarea", { rows: "5", class: "code", spellcheck: "false", placeholder: rule.examples ? JSON.stringify(rule.examples[0]) : words ? "Text or JSON" : "JSON" });
  const made = field(rule, words ? label : `${label} (JSON)`, required, control);
  const read = () => {
    made.show("");
    if (control.value.trim() === "") return undefined;
    if (words && !control.value.trimStart().startsWith("{")) return control.value;
    try {
      return JSON.parse(control.value);
    } catch {
      made.show("This is not JSON.");
      throw control;
    }
  };
  const shown = (value) => (words && typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return leaf(made, read, (value) => (control.value = value === undefined ? "" : shown(value)));
}

// A group with a problem of its own.
function group(rule, label, ...content) {
  const id = freshId("group");
  const problem = make("p", { class: "problem", id });
  const legend = label === null ? null : make("legend", { text: label });
  const notes = [rule.description, limits(rule)].filter(Boolean).join(" ");
  const element = make(label === null ? "div" : "fieldset", { "aria-describedby": label === null ? null : id, class: "group" },
    legend, notes && label !== null ? make("p", { class: "help", text: notes }) : null, problem, content);
  return { element, show: (text) => (problem.textContent = text) };
}

function object(rule, label, { required, depth }) {
  const wanted = new Set(Array.isArray(rule.required) ? rule.required : []);
  const members = new Map(Object.entries(rule.properties).map(([name, schema]) =>
    [name, node(schema, name, { required: wanted.has(name), depth: depth + 1 })]));
  const made = group(rule, depth === 0 ? null : label, [...members.values()].map((member) => member.element));
  const read = () => {
    const entries = [...members].map(([name, member]) => [name, member.read()]).filter(([, value]) => value !== undefined);
    return entries.length === 0 && !required ? undefined : Object.fromEntries(entries);
  };
  const write = (value) => members.forEach((member, name) => member.write(Object.hasOwn(value ?? {}, name) ? value[name] : undefined));
  return { ...made, read, write, at: (name) => members.get(name) ?? null };
}

// Rows that can be added and removed.
function rows(rule, label, fresh, word) {
  const holder = make("div", { class: "rows" });
  let items = [];
  const add = (focus) => {
    const item = fresh();
    const remove = make("button", { type: "button", class: "quiet", text: "Remove", "aria-label": `Remove this ${word} of ${label}` });
    const row = make("div", { class: "item" }, item.element, remove);
    remove.addEventListener("click", () => {
      items = items.filter((known) => known !== item);
      row.remove();
      more.focus();
    });
    items.push(item);
    holder.append(row);
    if (focus) row.querySelector("input, select, textarea")?.focus();
    return item;
  };
  const more = make("button", { type: "button", class: "quiet", text: `Add ${word}`, "aria-label": `Add ${word} to ${label}`, onclick: () => add(true) });
  const clear = () => {
    items = [];
    holder.replaceChildren();
  };
  return { ...group(rule, label, holder, more), add, clear, items: () => items };
}

function list(rule, label, { required, depth }) {
  const made = rows(rule, label, () => node(rule.items, `${label} item`, { required: true, depth: depth + 1 }), "item");
  const read = () => {
    const values = made.items().map((item) => item.read()).filter((value) => value !== undefined);
    return values.length === 0 && !required ? undefined : values;
  };
  const write = (value) => {
    made.clear();
    for (const item of Array.isArray(value) ? value : []) made.add(false).write(item);
  };
  return { element: made.element, show: made.show, read, write, at: (index) => made.items()[Number(index)] ?? null };
}

function map(rule, label, { required }) {
  const pair = () => {
    const name = make("input", { type: "text", "aria-label": `Name in ${label}`, placeholder: "name", autocomplete: "off", spellcheck: "false" });
    const value = make("input", { type: "text", "aria-label": `Value in ${label}`, placeholder: "value", autocomplete: "off", spellcheck: "false" });
    const problem = make("p", { class: "problem" });
    return { element: make("div", { class: "pair" }, name, value, problem), name, value, show: showing(problem, value), at: () => null, focus: value };
  };
  const made = rows(rule, label, pair, "pair");
  const read = () => {
    const given = made.items().filter(({ name }) => name.value !== "").map(({ name, value }) => [name.value, value.value]);
    return given.length === 0 && !required ? undefined : Object.fromEntries(given);
  };
  const write = (value) => {
    made.clear();
    for (const [name, text] of Object.entries(value ?? {})) {
      const row = made.add(false);
      row.name.value = name;
      row.value.value = text;
    }
  };
  return { element: made.element, show: made.show, read, write, at: (name) => made.items().find((row) => row.name.value === name) ?? null };
}

// Finds the node of a JSON Pointer, or the last one on the way to it.
export function find(root, pointer) {
  let found = root;
  for (const segment of pointer.split("/").slice(1)) {
    const next = found.at(segment.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (!next) break;
    found = next;
  }
  return found;
}
