// The operations as a reference, with a form each to try it.

import { announce, byId, bytes, focusOn, get, make, stream } from "./dom.js";
import { explain } from "./outcome.js";
import { find, node } from "./schema.js";

let drawn = [];

// Adjusts every form to whether there is a connection.
export function refresh() {
  for (const form of drawn) form();
}

export async function draw(known, connection) {
  const answer = await get("/api/operations");
  const place = byId("operation-list");
  byId("operations").hidden = false;
  if (!answer.operations) {
    place.append(explain(answer));
    return;
  }
  if (answer.operations.length === 0) place.append(make("p", { text: "None." }));
  place.append(...answer.operations.map((operation) => entry(operation, known, connection)));
}

const effects = new Map([["read", "reads"], ["write", "changes"]]);

function entry(operation, known, connection) {
  const box = make("details", { class: "operation" }, make("summary", {},
    make("span", { class: "what" }, make("strong", { text: operation.title }), make("code", { text: operation.id })),
    make("span", { class: `effect ${effects.has(operation.effect) ? operation.effect : "destructive"}`, text: effects.get(operation.effect) ?? "may remove" })));
  // Made when it is first opened: a component may have hundreds.
  box.addEventListener("toggle", () => {
    if (box.open && box.childElementCount === 1) box.append(body(operation, known, connection));
  });
  return box;
}

const schema = (title, value) => make("details", {}, make("summary", { text: title }),
  make("pre", { tabindex: "0", role: "region", "aria-label": title, text: JSON.stringify(value, null, 2) }));

function body(operation, known, connection) {
  const permission = known.definition.permissions.find((given) => given.id === operation.permission);
  const recordings = known.recordings.map((recording, at) => ({ recording, at })).filter(({ recording }) => recording.operation === operation.id);
  const root = node(operation["input-schema"], "Input", { required: true });
  const destructive = !effects.has(operation.effect);
  const sure = make("input", { type: "checkbox", id: `sure-${operation.id}` });
  const run = make("button", { type: "submit", class: "main", text: "Run" });
  const first = make("p", { class: "help" }, "Connect first, then it can be run.");
  const result = make("div", { class: "result" });
  const picked = recordings.length === 0 ? null : make("select", { id: `recording-${operation.id}` },
    recordings.map(({ recording, at }) => make("option", { value: at, text: recording.name })));
  const example = operation["input-schema"].examples?.[0];
  const fill = (value) => () => {
    root.write(typeof value === "function" ? value() : value);
    announce("The form is filled in.");
  };
  const form = make("form", { novalidate: true, autocomplete: "off", "aria-label": `Try ${operation.title}` },
    known.mode === "live" ? null : picked ? make("div", { class: "switch" }, make("label", { for: picked.id, text: "Answer from the recording" }),
      picked, make("button", {
        type: "button", class: "quiet", text: "Fill in its input", onclick: fill(() => known.recordings[picked.value].input),
      })) : make("p", { class: "notice", text: "No recording shows this operation: its input is checked, but nothing answers." }),
    example === undefined ? null : make("button", { type: "button", class: "quiet", text: "Fill in the example", onclick: fill(example) }),
    root.element,
    destructive ? make("p", { class: "sure" }, sure, make("label", { for: sure.id, text: "I know that this may remove something for good." })) : null,
    make("div", { class: "actions" }, run, first), result);
  const adjust = () => {
    run.disabled = connection() === null;
    first.hidden = connection() !== null;
  };
  drawn.push(adjust);
  adjust();
  let shown = [];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (run.disabled) return;
    for (const place of shown) place.show("");
    shown = [];
    let input;
    try {
      input = JSON.stringify(root.read() ?? {});
    } catch (control) {
      control.focus?.();
      return;
    }
    run.disabled = true;
    result.replaceChildren();
    const question = { connection: connection(), operation: operation.id, input, recording: picked ? Number(picked.value) : null, confirmed: sure.checked };
    const answer = await stream("/api/call", question, result, "Running");
    adjust();
    if (answer.problems) shown = problems(answer.problems, root);
    result.replaceChildren(finished(answer));
    focusOn(shown[0]?.focus ?? result.firstChild);
  });
  return make("div", { class: "inside" },
    make("p", { text: operation.description }),
    make("p", { class: "faint" }, "Needs the permission ", make("strong", { text: permission?.label ?? operation.permission }), ". ",
      make("a", { href: operation.documentation, target: "_blank", rel: "noopener noreferrer" }, "The provider's documentation", make("span", { class: "unseen", text: " (opens in a new tab)" }))),
    schema("Input schema", operation["input-schema"]), schema("Output schema", operation["output-schema"]),
    make("h3", { text: "Try it" }), form);
}

function problems(given, root) {
  const texts = new Map();
  for (const { field, message, hint } of given) {
    const place = find(root, field ?? "");
    texts.set(place, [texts.get(place), message, hint].filter(Boolean).join(" "));
  }
  for (const [place, text] of texts) place.show(text);
  return [...texts.keys()];
}

function finished(answer) {
  const { outcome, download } = answer;
  if (!outcome && !download) return explain(answer);
  const { partial, warnings, cut } = outcome ?? download;
  const size = bytes((outcome ?? download).bytes);
  const text = outcome ? outcome.output : download.text;
  const compressed = download && download.compression !== "none" ? `, ${download.compression}` : "";
  const title = outcome ? `Done, ${size}` : `Downloaded, ${size} of ${download["media-type"]}${compressed}`;
  return make("div", { class: partial ? "notice" : "notice good", role: "status" },
    make("p", { class: "strong", text: partial ? `${title}, only part of what was asked for` : title }),
    warnings.map((warning) => make("p", { class: "note", text: warning })),
    text ? make("pre", { tabindex: "0", role: "region", "aria-label": "Output", text }) : null,
    cut ? make("p", { class: "faint", text: "The rest is not shown." }) : null);
}
