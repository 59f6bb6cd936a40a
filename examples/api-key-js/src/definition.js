// What a platform shows. The texts are those of the Rust connector in `examples/api-key`.

export const VERSION = "0.1.0";
export const NAME = "Datadog";

/** Longest key to accept, in characters. Today's have 32 and 40; Datadog promises no length. */
export const MAX_KEY = 256;

/** The sites, with the names that Datadog gives them. */
export const SITES = [
  ["datadoghq.com", "US1 (app.datadoghq.com)"],
  ["us3.datadoghq.com", "US3 (us3.datadoghq.com)"],
  ["us5.datadoghq.com", "US5 (us5.datadoghq.com)"],
  ["datadoghq.eu", "EU (app.datadoghq.eu)"],
  ["ap1.datadoghq.com", "AP1 (ap1.datadoghq.com)"],
  ["ap2.datadoghq.com", "AP2 (ap2.datadoghq.com)"],
  ["ddog-gov.com", "US1-FED (app.ddog-gov.com)"],
].map(([value, label]) => ({ value, label }));

const field = (key, label, description, more) => ({ key, label, description, required: true, choices: [], ...more });
const secret = (key, label, description, more) =>
  field(key, label, description, { kind: "secret", maxLength: MAX_KEY, guideStep: "create-keys", ...more });

export const FIELDS = [
  field("site", "Site", "Where your organization lives: compare the address of Datadog in your browser.", {
    kind: "choice",
    example: "datadoghq.eu",
    choices: SITES,
    guideStep: "find-site",
  }),
  secret("api_key", "API key", "An API key of your organization.", {
    pattern: "[\\s\\u0085]*[!-~]+[\\s\\u0085]*",
  }),
  secret(
    "application_key",
    "Application key",
    "Needed to read, such as to list monitors; posting events does without.",
    { required: false, pattern: "[\\s\\u0085]*[!-~]*[\\s\\u0085]*" },
  ),
];

// Three bars, drawn for this example; no trademark of Datadog.
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">
  <title>Datadog connector</title>
  <rect width="32" height="32" rx="7" fill="#3b2a5c"/>
  <path d="M8 24v-6M16 24V8M24 24V13" fill="none" stroke="#d9c7ff" stroke-width="3.5" stroke-linecap="round"/>
</svg>
`;

const FIND_SITE = `Open Datadog in your browser, compare its address with the options of **Site**, and choose the \
one that has it.

Each site is independent: keys of one are unknown to the others.
`;

const CREATE_KEYS = `1. In Datadog, open **Organization Settings**.
2. Under **API Keys**, click **New Key**, name it after this integration, and copy the key.
3. To read data, such as monitors, also open **Application Keys** and click **New Key**. Limit its scopes to what the
   integration reads, such as \`monitors_read\`.
4. Enter both keys in the form.

An application key acts on behalf of the person who created it.
`;

export const DEFINITION = {
  id: "datadog",
  name: NAME,
  summary: "Monitoring: validate keys, list monitors and post events in Datadog.",
  version: VERSION,
  categories: ["monitoring", "it-operations"],
  icon: ICON,
  links: [
    { relation: "guide", url: "https://docs.datadoghq.com/account_management/api-app-keys/" },
    { relation: "api", url: "https://docs.datadoghq.com/api/latest/authentication/" },
    { relation: "source", url: "https://nexthink-connector.example/source" },
  ],
  domains: ["datadoghq.com", "datadoghq.eu", "ddog-gov.com"],
  hosts: [
    { role: "api", template: "api.{site}" },
    { role: "web", platform: "US1, EU and US1-FED", template: "app.{site}" },
    { role: "web", platform: "other sites", template: "{site}" },
  ],
  auth: "api-key",
  fields: FIELDS,
  // What an application key may do depends on its owner and scopes, which it cannot ask.
  permissions: [],
  prerequisites: ["An account in a Datadog organization that may create API keys."],
  guide: [
    { id: "find-site", title: "Find your site", text: FIND_SITE },
    { id: "create-keys", title: "Create the keys", text: CREATE_KEYS },
  ],
  extra: [],
};
