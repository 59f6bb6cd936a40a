// The form: fields, what they resolve to, and the way to a connection.

import { announce, byId, countdown, focusOn, make, post, stream } from "./dom.js";
import { mark, stepLink } from "./guide.js";
import { connected, explain, hosts } from "./outcome.js";

// The pause in typing after which the entries are resolved, in milliseconds.
const PAUSE = 120;

export class ConnectForm {
  // The connection that is open.
  connection = null;
  onchange = () => {};
  #known;
  #form;
  #connected;
  #fields = [];
  #typing = null;
  #asked = null;
  #tried = false;

  constructor(known, form, shown) {
    this.#known = known;
    this.#connected = shown;
    this.#draw(form);
    if (known.recordings.some((recording) => !recording.operation)) this.#pick();
    this.#resolve();
  }

  #draw(place) {
    const { definition } = this.#known;
    this.#fields = definition.fields.map((field, at) => this.#field(field, at));
    this.resolved = make("div", { class: "resolved", "aria-live": "polite" });
    this.result = make("div", { id: "result" });
    this.submit = make("button", { type: "submit", class: "main", text: "Connect" });
    this.#form = make("form", { novalidate: true, autocomplete: "off", onsubmit: (event) => this.#submit(event) },
      make("h2", { id: "connect-title", text: `Connect to ${definition.name}` }),
      this.#fields.map((field) => field.row), this.resolved, this.result,
      make("div", { class: "actions" }, this.submit));
    place.append(this.#form);
    byId("switch").append(this.#recordings() ?? "");
  }

  #field(field, at) {
    const id = `field-${at}`;
    const common = {
      id,
      name: field.key,
      "aria-describedby": `${id}-help ${id}-problem ${id}-taken`,
      "aria-required": field.required ? "true" : null,
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      onfocus: () => field["guide-step"] && mark(field["guide-step"]),
      oninput: () => this.#typed(),
      onblur: () => this.#left(field.key),
    };
    let input;
    if (field.kind === "choice") {
      const { autocomplete, autocapitalize, spellcheck, ...rest } = common;
      const none = make("option", { value: "", text: "Choose …" });
      const options = (field.choices ?? []).map((choice) => make("option", { value: choice.value, text: choice.label }));
      input = make("select", rest, none, options);
    } else {
      input = make("input", { ...common, type: field.kind === "secret" ? "password" : "text", placeholder: field.example });
    }
    if (field.default && field.kind !== "secret") input.value = field.default;
    const problem = make("p", { class: "problem", id: `${id}-problem` });
    const taken = make("p", { class: "taken", id: `${id}-taken` });
    const box = field.kind === "secret" ? make("div", { class: "secret" }, input, peek(input, field.label)) : input;
    const row = make("div", { class: "field" },
      make("div", { class: "label" }, make("label", { for: id, text: field.label }),
        field.required ? null : make("span", { class: "faint", text: "optional" })),
      box, problem, taken,
      make("p", { class: "help" }, make("span", { id: `${id}-help`, text: field.description }), " ", stepLink(this.#known.definition, field["guide-step"])));
    return { field, input, row, problem, taken, left: false };
  }

  // The switch between recordings.
  #recordings() {
    const { recordings, mode } = this.#known;
    if (mode === "live") return null;
    const listed = recordings.map((recording, at) => ({ recording, at })).filter(({ recording }) => !recording.operation);
    if (listed.length === 0) {
      return make("p", { class: "notice", text: "No recording fits this connector, so nothing can answer. Start the server with other recordings, or live." });
    }
    const group = (label, outcome) => {
      const options = listed.filter(({ recording }) => recording.outcome === outcome)
        .map(({ recording, at }) => make("option", { value: at, text: recording.name }));
      return options.length === 0 ? null : make("optgroup", { label }, options);
    };
    this.recording = make("select", { id: "recording", "aria-describedby": "recording-help" },
      group("It connects", "token"), group("It fails", "failure"), group("It is refused before anything is sent", "problems"));
    this.fill = make("button", { type: "button", class: "quiet", text: "Fill in its entries", onclick: () => this.#fillIn() });
    this.recording.addEventListener("change", () => this.result.replaceChildren());
    return make("div", { class: "switch" },
      make("label", { for: "recording", text: "Answers come from the recording" }),
      this.recording, this.fill,
      make("p", { class: "help", id: "recording-help", text: "Nothing leaves this machine; any values of the right form will do." }));
  }

  // Picks a success to begin with: one that shows permissions, or else the plainest.
  #pick() {
    const { recordings } = this.#known;
    const good = recordings.filter((recording) => recording.outcome === "token" && !recording.operation);
    const best = good.find((recording) => recording.permissions)
      ?? good.find((recording) => recording.plain && recording.origin === "documented") ?? good[0];
    if (best) this.recording.value = String(recordings.indexOf(best));
  }

  #fillIn() {
    const { entries, name } = this.#known.recordings[this.recording.value];
    for (const { field, input } of this.#fields) {
      if (field.kind !== "secret") input.value = Object.hasOwn(entries, field.key) ? entries[field.key] : "";
    }
    this.result.replaceChildren();
    announce(`Filled in the entries of “${name}”. Secrets are not recorded: make them up.`);
    this.#resolve();
  }

  #entries(secrets) {
    return this.#fields
      .filter(({ field, input }) => input.value !== "" && (secrets || field.kind !== "secret"))
      .map(({ field, input }) => [field.key, input.value]);
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#resolve(), PAUSE);
  }

  #left(key) {
    const field = this.#fields.find((known) => known.field.key === key);
    field.left ||= field.input.value !== "";
    this.#typed();
  }

  async #resolve() {
    this.#asked?.abort();
    this.#asked = new AbortController();
    const answer = await post("/api/resolve", { entries: this.#entries(false) }, this.#asked.signal);
    if (answer === null) return;
    if (answer.connection) {
      this.#problems([]);
      this.#take(answer.connection.settings);
      this.#resolved(answer.connection);
    } else if (answer.problems) {
      this.#problems(answer.problems);
      this.#take({});
      this.resolved.replaceChildren();
      // Problems of no field, or of one that this form does not have, must not get lost.
      const rest = answer.problems.filter((problem) => !this.#fields.some(({ field }) => field.key === problem.field));
      if (this.#tried) this.resolved.append(...rest.map((problem) => make("p", { class: "problem", text: sentence(problem) })));
    } else {
      this.resolved.replaceChildren(explain(answer));
    }
  }

  // Shows at each field what its entry was taken as, where that is something else.
  #take(settings) {
    for (const { field, input, taken } of this.#fields) {
      const value = Object.hasOwn(settings, field.key) ? settings[field.key] : undefined;
      const label = field.choices?.find((choice) => choice.value === value)?.label ?? value;
      const text = value === undefined || value === input.value ? "" : `Taken as ${label}`;
      if (taken.textContent !== text) taken.textContent = text;
    }
  }

  // Shows what the entries resolve to. Left as it is when nothing changed: it is read aloud.
  #resolved(connection) {
    const shown = JSON.stringify(connection);
    if (this.resolved.dataset.shown === shown && this.resolved.childElementCount > 0) return;
    this.resolved.dataset.shown = shown;
    this.resolved.replaceChildren(make("h3", { text: "Resolved" }), make("p", { class: "derived", text: connection.label }),
      make("ul", { class: "hosts", "aria-label": "Hosts" }, hosts(connection)),
      (connection.notes ?? []).map((text) => make("p", { class: "note", text })));
  }

  // Shows problems at their fields. What was never filled in is no problem before someone tries.
  #problems(problems) {
    for (const known of this.#fields) {
      const { field, input, problem } = known;
      const mine = problems.filter((given) => given.field === field.key);
      const untouched = !this.#tried && !known.left && input.value === "";
      const shown = untouched ? [] : mine.filter((given) => this.#tried || known.left || given.code !== "required");
      const text = shown.map(sentence).join(" ");
      if (problem.textContent !== text) problem.textContent = text;
      if (shown.length > 0) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  async #submit(event) {
    event.preventDefault();
    if (this.submit.disabled) return;
    this.submit.disabled = true;
    this.#tried = true;
    clearTimeout(this.#typing);
    await this.#resolve();
    const question = { entries: this.#entries(true), recording: this.recording ? Number(this.recording.value) : null };
    this.#form.setAttribute("aria-busy", "true");
    announce("Connecting.");
    const answer = await stream("/api/connect", question, this.result, "Connecting", (url) => this.#signIn(url));
    this.submit.disabled = false;
    this.#form.removeAttribute("aria-busy");
    if (answer.connected) this.#open(answer.connected);
    else if (answer.problems) this.#refused(answer.problems);
    else this.#failed(answer);
  }

  // Shows the way to the provider's own page. It is a link, because no browser lets a page open a window
  // by itself, and it opens another one, which has no way back into this.
  #signIn(url) {
    const { name } = this.#known.definition;
    const link = make("a", { class: "button", href: url, target: "_blank", rel: "noopener noreferrer", text: `Sign in at ${name}` });
    announce(`Sign in at ${name}.`);
    return make("div", { class: "notice", role: "status" },
      make("p", { text: `${name} asks in a window of its own whether this connection is allowed. Come back here afterwards.` }), link);
  }

  #refused(problems) {
    this.#problems(problems);
    const number = problems.length === 1 ? "One entry needs" : `${problems.length} entries need`;
    const rest = problems.filter((problem) => !this.#fields.some(({ field }) => field.key === problem.field));
    this.result.replaceChildren(make("div", { class: "notice bad", role: "alert" },
      make("p", { class: "strong", text: `${number} to be corrected; nothing was sent.` }), rest.map((problem) => make("p", { text: sentence(problem) }))));
    const first = this.#fields.find(({ field }) => problems.some((problem) => problem.field === field.key));
    focusOn(first?.input ?? this.result.firstChild);
  }

  #failed(answer) {
    const box = explain(answer);
    this.result.replaceChildren(box);
    const wait = answer.failure?.["retry-after"];
    if (wait > 0) {
      const left = make("span", { class: "timer" });
      const line = make("p", { class: "wait" }, "Try again in ", left);
      box.append(line);
      countdown(left, wait, () => {
        line.textContent = "You can try again now.";
        announce("You can try again now.");
      });
    }
    const known = this.#fields.find(({ field }) => field.key === answer.failure?.field);
    if (known) {
      known.input.setAttribute("aria-invalid", "true");
      known.problem.textContent = answer.failure.message;
      focusOn(known.input);
    } else {
      focusOn(box);
    }
  }

  #open(opened) {
    this.connection = opened.id;
    // The server has it; nobody needs it here any more.
    for (const { field, input } of this.#fields) if (field.kind === "secret") input.value = "";
    this.result.replaceChildren();
    this.#problems([]);
    this.#form.hidden = true;
    this.#connected.hidden = false;
    byId("connect").setAttribute("aria-labelledby", "connected-title");
    connected(this.#connected, this.#known, opened, () => this.#close());
    this.onchange();
  }

  #close() {
    post("/api/disconnect", { connection: this.connection });
    this.connection = null;
    this.#tried = false;
    for (const known of this.#fields) known.left = false;
    this.#connected.replaceChildren();
    this.#connected.hidden = true;
    this.#form.hidden = false;
    byId("connect").setAttribute("aria-labelledby", "connect-title");
    focusOn(this.#fields[0]?.input ?? this.submit);
    this.#resolve();
    this.onchange();
  }
}

const sentence = (problem) => (problem.hint ? `${problem.message} ${problem.hint}` : problem.message);

// Shows a secret for as long as someone holds the button, by pointer or key.
function peek(input, label) {
  const show = (shown) => () => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  const isKey = (event) => event.key === " " || event.key === "Enter";
  const button = make("button", {
    type: "button", class: "peek", "aria-pressed": "false", "aria-label": `Hold to show: ${label}`, title: "Hold to show", text: "Show",
    onpointerdown: show(true), onpointerup: show(false), onpointerleave: show(false), onpointercancel: show(false), onblur: show(false),
    onkeydown: (event) => {
      if (isKey(event)) {
        event.preventDefault();
        show(true)();
      }
    },
    onkeyup: (event) => isKey(event) && show(false)(),
    oncontextmenu: (event) => event.preventDefault(),
  });
  return button;
}
