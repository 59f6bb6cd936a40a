//! What a platform shows.

use connector_kit::definition::{Choice, Definition, Field, GuideStep, HostRole, HostTemplate};

/// The provider's own name.
pub const NAME: &str = "Datadog";

/// The sites, with the names that Datadog gives them.
pub const SITES: [Choice; 7] = [
    Choice { value: "datadoghq.com", label: "US1 (app.datadoghq.com)" },
    Choice { value: "us3.datadoghq.com", label: "US3 (us3.datadoghq.com)" },
    Choice { value: "us5.datadoghq.com", label: "US5 (us5.datadoghq.com)" },
    Choice { value: "datadoghq.eu", label: "EU (app.datadoghq.eu)" },
    Choice { value: "ap1.datadoghq.com", label: "AP1 (ap1.datadoghq.com)" },
    Choice { value: "ap2.datadoghq.com", label: "AP2 (ap2.datadoghq.com)" },
    Choice { value: "ddog-gov.com", label: "US1-FED (app.ddog-gov.com)" },
];

/// The site of the organization.
pub const SITE: Field = Field::choice(
    "site",
    "Site",
    &SITES,
    "Where your organization lives: compare the address of Datadog in your browser.",
)
.with_example("datadoghq.eu")
.with_step("find-site");

/// Longest key to accept, in bytes. Today's have 32 and 40; Datadog promises no length.
const MAX_KEY: u32 = 256;

/// The API key.
pub const API_KEY: Field =
    Field::secret("api_key", "API key", "An API key of your organization.", MAX_KEY).with_step("create-keys");

/// The application key. Requests that write data do without (*Authentication*).
pub const APPLICATION_KEY: Field = Field::secret(
    "application_key",
    "Application key",
    "Needed to read, such as to list monitors; posting events does without.",
    MAX_KEY,
)
.optional()
.with_step("create-keys");

/// All that a platform shows.
pub const DEFINITION: Definition = Definition {
    id: "datadog",
    name: NAME,
    summary: "Monitoring: validate keys, list monitors and post events in Datadog.",
    version: env!("CARGO_PKG_VERSION"),
    categories: &["monitoring", "it-operations"],
    // Three bars, drawn for this example; no trademark of Datadog.
    icon: include_str!("icon.svg"),
    links: &[
        ("guide", "https://docs.datadoghq.com/account_management/api-app-keys/"),
        ("api", "https://docs.datadoghq.com/api/latest/authentication/"),
        ("source", env!("CARGO_PKG_REPOSITORY")),
    ],
    domains: &["datadoghq.com", "datadoghq.eu", "ddog-gov.com"],
    hosts: &[
        HostTemplate { role: HostRole::Api, platform: None, template: "api.{site}" },
        HostTemplate { role: HostRole::Web, platform: Some("US1, EU and US1-FED"), template: "app.{site}" },
        HostTemplate { role: HostRole::Web, platform: Some("other sites"), template: "{site}" },
    ],
    auth: "api-key",
    fields: &[SITE, API_KEY, APPLICATION_KEY],
    // What an application key may do depends on its owner and scopes, which it cannot ask.
    permissions: &[],
    prerequisites: &["An account in a Datadog organization that may create API keys."],
    guide: &[
        GuideStep { id: "find-site", title: "Find your site", text: include_str!("guide/find-site.md") },
        GuideStep { id: "create-keys", title: "Create the keys", text: include_str!("guide/create-keys.md") },
    ],
};
