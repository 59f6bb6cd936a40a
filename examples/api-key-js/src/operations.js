// What Datadog can do: validate the API key, list monitors, post events.

import { request } from "./access.js";
import { problem, resolve } from "./connection.js";
import { NAME } from "./definition.js";
import { encode } from "./json.js";
import { failure, json, malformed, success, successOfApiKey } from "./response.js";
import { choice, closed, document, list, read, text, whole } from "./schema.js";

const TAGS = list(text(200));
const described = (schema, description) => ({ ...schema, description });
const answer = (properties, required) => document({ type: "object", properties, ...(required && { required }) });

const VALIDATE = {
  id: "keys.validate",
  title: "Validate the API key",
  description: "Checks that Datadog accepts the API key. It does not check the application key.",
  effect: "read",
  input: closed({}),
  example: {},
  outputSchema: answer({ valid: { type: "boolean", description: "Whether the key is valid." } }, ["valid"]),
  documentation: "https://docs.datadoghq.com/api/latest/authentication/#validate-api-key",
  request: (baseUrl) => request("GET", baseUrl, "/api/v1/validate", [], new Uint8Array(), true),
  output(_, response) {
    successOfApiKey(response);
    const valid = json(response).value?.valid;
    if (typeof valid !== "boolean") throw malformed("The answer is not in the documented form.");
    return JSON.stringify({ valid });
  },
};

const page = (input) => [input.page ?? 0, input.pageSize ?? 100];

const MONITORS = {
  id: "monitors.list",
  title: "List monitors",
  description: "Returns a page of the monitors of the organization. Needs an application key.",
  effect: "read",
  input: closed({
    name: described(text(500), "A part of the names to look for."),
    tags: described(TAGS, "Tags of the scope, such as host:host0."),
    monitorTags: described(TAGS, "Tags of the monitors themselves, such as service:my-app."),
    page: described(whole(0, 1_000_000, { default: 0 }), "The page, counted from 0."),
    pageSize: described(whole(1, 1000, { default: 100 }), "Monitors on a page."),
  }),
  example: { name: "CPU", monitorTags: ["service:my-app"], page: 0, pageSize: 100 },
  outputSchema: answer(
    {
      monitors: { type: "array", items: { type: "object" }, description: "The monitors, as Datadog sends them." },
      nextPage: described(whole(1, 1_000_001), "The page to ask for next. Absent: this is the last."),
    },
    ["monitors"],
  ),
  documentation: "https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors",
  request(baseUrl, input) {
    const [number, size] = page(input);
    const pairs = [["page", number], ["page_size", size], ["name", input.name]];
    pairs.push(["tags", input.tags?.join()], ["monitor_tags", input.monitorTags?.join()]);
    // As forms are encoded (URL Standard): what encodeURIComponent leaves, and a plus for a space.
    const written = (value) => encodeURIComponent(value).replace(/[!'()~]/g, hex).replaceAll("%20", "+");
    const hex = (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
    const given = pairs.filter(([, value]) => (value ?? null) !== null);
    const query = given.map(([name, value]) => `${name}=${written(value)}`).join("&");
    return request("GET", baseUrl, `/api/v1/monitor?${query}`, [], new Uint8Array(), true);
  },
  output(input, response) {
    success(response);
    const { text: sent, value } = json(response);
    if (!Array.isArray(value)) throw malformed("The answer is not in the documented form.");
    if (value.some((item) => typeof item !== "object" || item === null || Array.isArray(item))) {
      throw malformed("An item of the answer is no object.");
    }
    const [number, size] = page(input);
    // A page that is full may be the last one: the next is then empty. The monitors pass through as
    // they were sent: ids of more than 53 bits would lose digits.
    const next = value.length >= size ? `,"nextPage":${number + 1}` : "";
    return `{"monitors":${sent.trim()}${next}}`;
  },
};

const EVENT = {
  id: "events.post",
  title: "Post an event",
  description: "Posts an event to the event stream. Needs no application key.",
  effect: "write",
  input: closed(
    {
      title: described(text(500), "Title of the event."),
      text: described(text(4000), "Body of the event, in which %%% encloses Markdown."),
      tags: described(TAGS, "Tags of the event, such as environment:test."),
      host: described(text(255), "Host to associate with the event."),
      aggregation_key: described(text(100), "Groups all events that have the same."),
      priority: described(choice("normal", "low"), "Priority of the event."),
      alert_type: described(
        choice("error", "warning", "info", "success", "user_update", "recommendation", "snapshot"),
        "Kind of alert.",
      ),
    },
    ["title", "text"],
  ),
  example: { title: "Did you hear the news today?", text: "Oh boy!", tags: ["environment:test"], priority: "normal" },
  outputSchema: answer({
    id: described(text(100), "Id of the event."),
    url: { type: "string", description: "Address of the event in Datadog." },
  }),
  documentation: "https://docs.datadoghq.com/api/latest/events/#post-an-event",
  request(baseUrl, input) {
    // The names of the input are Datadog's own, so it is sent as it is but for `null`; sorted, as other
    // connectors send it.
    const members = Object.entries(input).filter(([, value]) => value !== null);
    const sorted = Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
    return request("POST", baseUrl, "/api/v1/events", [], encode(JSON.stringify(sorted)), false);
  },
  output(_, response) {
    try {
      successOfApiKey(response);
      const event = json(response).value?.event;
      if (typeof event !== "object" || event === null) throw malformed("The answer has no event.");
      // The number loses digits in many readers (*Events*).
      const id = String(event.id_str ?? (Number.isSafeInteger(event.id) ? event.id : ""));
      const url = typeof event.url === "string" ? event.url : undefined;
      return JSON.stringify({ ...(id.length > 0 && id.length <= 100 && { id }), ...(url !== undefined && { url }) });
    } catch (failed) {
      if (!["malformed-response", "unavailable", "timeout", "unexpected-status"].includes(failed.code)) throw failed;
      const hint = "The event may have been posted all the same: look in Datadog before you post it again.";
      throw { ...failed, hint };
    }
  },
};

const CATALOGUE = [VALIDATE, MONITORS, EVENT];
const find = (id) => CATALOGUE.find((operation) => operation.id === id);

export const listOperations = () =>
  CATALOGUE.map(({ id, title, description, effect, input, example, outputSchema, documentation }) => {
    const inputSchema = document(input, example);
    return { id, title, description, effect, inputSchema, outputSchema, documentation, downloadDomains: [] };
  });

/** Starts an operation. Throws every problem at once. */
export function start(settings, id, input) {
  const operation = find(id);
  if (!operation) {
    throw [problem(undefined, "unknown-operation", "There is no such operation.", "The catalogue lists them.")];
  }
  const { value, problems } = read(operation.input, input);
  let connection;
  try {
    connection = resolve(settings);
  } catch (found) {
    problems.push(...found);
  }
  if (problems.length > 0) throw problems;
  const progress = { text: `${operation.title}: waiting for ${NAME}`, done: 0, total: 0 };
  const pending = { request: operation.request(connection.baseUrl, value), wait: 0, state: state(id), progress };
  return { tag: "send", val: pending };
}

/** The state between request and response: version, operation, and no position. */
const state = (id) => encode(JSON.stringify([1, id, null]));

/** Resumes an operation with the response. Throws what failed. */
export function resume(settings, id, input, given, response) {
  const operation = find(id);
  const { value, problems } = operation ? read(operation.input, input) : {};
  if (!operation || given.toString() !== state(id).toString() || problems.length > 0) {
    const message = "The operation cannot go on from this state with this input.";
    const hint = "Hand in the settings, input and state that belong together, or start again.";
    throw failure("operation-failed", message, hint);
  }
  const output = operation.output(value, response);
  return { tag: "done", val: { output, partial: false, warnings: [] } };
}
