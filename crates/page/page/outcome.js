// The result: a connection, or why there is none.

import { announce, byId, clock, countdown, focusOn, make, stream } from "./dom.js";

// Explains a failure of the provider's, or an error of the component or server.
export function explain({ failure, error, problems }) {
  if (problems) {
    return make("div", { class: "notice bad", role: "alert" }, make("p", { class: "strong", text: "The input was refused; nothing was sent." }),
      make("ul", {}, problems.map((problem) => make("li", { text: [problem.field || null, problem.message, problem.hint].filter(Boolean).join(" · ") }))));
  }
  if (error) {
    const harmless = error.code === "cancelled";
    return make("div", { class: harmless ? "notice" : "notice bad", role: "alert" },
      make("p", { class: "strong", text: titles[error.code] ?? (error.code.startsWith("connector-") ? "The component failed" : "That did not work") }),
      make("p", { class: "message", text: error.message }),
      make("details", {}, make("summary", { text: "Code" }), make("p", {}, make("code", { text: error.code }))));
  }
  const said = [failure["provider-code"], failure["provider-message"]].filter(Boolean);
  return make("div", { class: "notice bad", role: "alert" },
    make("p", { class: "strong", text: failure.message }),
    failure.hint ? make("p", { text: failure.hint }) : null,
    make("details", {}, make("summary", { text: said.length > 0 ? "Message of the provider" : "Code" }),
      failure["provider-code"] ? make("p", {}, make("code", { text: failure["provider-code"] })) : null,
      failure["provider-message"] ? make("p", { text: failure["provider-message"] }) : null,
      make("p", { class: "faint" }, "Failure ", make("code", { text: failure.code }), ", recovery ", make("code", { text: failure.recovery }))));
}

const titles = {
  "cancelled": "Cancelled",
  "timeout": "Timed out",
  "busy": "Too many requests",
  "no-answer": "No answer from the server of this page",
  "recording-mismatch": "The recording does not fit",
};

// Lists the hosts of a connection, with what each is for.
export function hosts(connection) {
  const purpose = ({ role, platform }) => [role, platform].filter(Boolean).join(", ");
  return connection.hosts.map((host) => make("li", {}, make("code", { text: host.name }), " ", make("span", { class: "faint", text: purpose(host) })));
}

// Shows a connection in place of the form.
export function connected(place, known, { id, connection, token }, close) {
  const { definition } = known;
  const left = make("span", { class: "timer" });
  const renewal = make("p", { class: "renewal" }, "Next token in ", left);
  const scopes = (list, none) => (list?.length > 0 ? make("ul", { class: "tags" }, list.map((text) => make("li", { text }))) : none);
  const ofToken = () => [
    ["Token", `${token.kind}, lives ${clock(token["expires-in"])}${token["lifetime-assumed"] ? " (assumed: the provider gave no lifetime)" : ""}`],
    ["Renewal", renewal],
    ["Granted", scopes(token.scopes, "no scopes were given")],
    token["missing-scopes"]?.length > 0 ? ["Not granted", scopes(token["missing-scopes"])] : null,
  ];
  const rows = [
    ["Label", connection.label],
    ["Hosts", make("ul", { class: "hosts" }, hosts(connection))],
    ...(token ? ofToken() : [["Credentials", "sent with each call; the first one shows whether they are accepted"]]),
  ].filter(Boolean);
  const text = token ? `Connected to ${definition.name}` : `Ready to call ${definition.name}`;
  const title = make("h2", { id: "connected-title", class: "good", tabindex: "-1", text });
  const table = make("div", { class: "permissions" });
  place.replaceChildren(title,
    make("dl", { class: "facts" }, rows.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", {}, value)))),
    (connection.notes ?? []).map((text) => make("p", { class: "note", text })), table,
    make("div", { class: "actions" }, make("button", { type: "button", text: "Disconnect and change entries", onclick: close })));
  if (token) {
    countdown(left, token["refresh-after"], () => {
      renewal.textContent = "Due: the next call fetches another one.";
    });
  }
  announce(`Connected: ${connection.label}.`);
  focusOn(title);
  if (known.interfaces.includes("permissions")) permissions(table, definition, id);
}

const states = new Map([["granted", ["✓", "granted"]], ["missing", ["✗", "missing"]]]);

async function permissions(place, definition, connection) {
  place.append(make("h3", { text: "Permissions" }));
  const inner = make("div");
  place.append(inner);
  const answer = await stream("/api/permissions", { connection }, inner, "Checking permissions");
  if (!place.isConnected) return;
  if (!answer.permissions) {
    inner.replaceChildren(explain(answer));
    return;
  }
  const row = ({ permission, status }) => {
    const known = definition.permissions.find((given) => given.id === permission);
    const [sign, word] = states.get(status.state) ?? ["?", "unknown"];
    return make("tr", {},
      make("th", { scope: "row" }, make("span", { text: known?.label ?? permission }), make("span", { class: "faint", text: known?.purpose ?? "" })),
      make("td", {}, make("span", { class: `state ${status.state}` }, make("span", { "aria-hidden": "true", text: `${sign} ` }), word),
        status.detail, status.state === "missing" && known && !status.detail.includes(known.label)
          ? make("span", { class: "tick" }, "Box to tick: ", make("strong", { text: known.label })) : null));
  };
  const head = ["Permission", "State"];
  inner.replaceChildren(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of permissions" }, make("table", {},
    make("caption", { class: "unseen", text: "What the credentials may do" }),
    make("thead", {}, make("tr", {}, head.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, answer.permissions.map(row)))));
  const missing = answer.permissions.filter(({ status }) => status.state === "missing").length;
  announce(`Permissions are checked: ${missing === 0 ? "none is known to be missing" : `${missing} missing`}.`);
}
