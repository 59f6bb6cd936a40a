// Puts the page together from what the server knows of the connector.

import { byId, bytes, get, make } from "./dom.js";
import * as guide from "./guide.js";
import { ConnectForm } from "./form.js";
import * as operations from "./operations.js";

function facts({ definition, component }) {
  const list = byId("fact-list");
  const row = (name, ...value) => list.append(make("div", {}, make("dt", { text: name }), make("dd", {}, ...value)));
  const lines = (texts) => (texts.length === 0 ? "none" : make("ul", {}, texts.map((text) => make("li", {}, make("code", { text })))));
  row("Name", `${definition.name} (${definition.id})`);
  row("Version", definition.version);
  row("Size", `${bytes(component.bytes)}, ${bytes(component["gzip-bytes"])} with gzip`);
  row("Imports", lines(component.imports));
  row("Exports", lines(component.exports));
  row("Memory", `at least ${bytes(component["memory-minimum"])}`);
  row("Digest", make("code", { text: component.digest }));
  row("Hosts", definition.domains.length > 0 ? `under ${definition.domains.join(", ")}` : "none");
  for (const [name, text] of Object.entries(component.metadata)) {
    if (name !== "name" && name !== "version") row(name[0].toUpperCase() + name.slice(1), text);
  }
  byId("facts").hidden = false;
}

function header({ definition, mode }) {
  document.title = `Connect ${definition.name}`;
  byId("name").textContent = `Connect ${definition.name}`;
  byId("summary").textContent = definition.summary;
  const shown = byId("mode");
  shown.textContent = mode === "live" ? "Live" : "Recordings";
  shown.classList.toggle("live", mode === "live");
  shown.hidden = false;
}

async function start() {
  const known = await get("/api/facts");
  if (known.error) {
    byId("broken").textContent = known.error.message;
    byId("broken").hidden = false;
    return;
  }
  header(known);
  byId("columns").hidden = false;
  const form = new ConnectForm(known, byId("form"), byId("connected"));
  guide.draw(known.definition);
  facts(known);
  if (known.interfaces.includes("operations")) {
    await operations.draw(known, () => form.connection);
    form.onchange = operations.refresh;
  }
}

start();
