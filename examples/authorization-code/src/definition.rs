//! What a platform shows of Zendesk before anyone connects.

use connector_kit::definition::{Definition, Field, FieldKind, GuideStep, HostRole, HostTemplate};

/// The subdomain, or an address with it.
pub const SUBDOMAIN: Field = Field {
    key: "subdomain",
    label: "Subdomain",
    description: "The part of your Zendesk address before .zendesk.com. You can also paste the whole address.",
    kind: FieldKind::Text,
    required: true,
    example: Some("acme"),
    pattern: Some(concat!(
        r"[\s\u0085]*(?:[Hh][Tt][Tt][Pp][Ss]:\/\/(?=[^.]+\.))?[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?",
        r"(?:\.[Zz][Ee][Nn][Dd][Ee][Ss][Kk]\.[Cc][Oo][Mm](?:[?\/#][!-~]*)?)?[\s\u0085]*"
    )),
    // What address bars hold without trouble.
    max_length: Some(2048),
    guide_step: Some("find-subdomain"),
};

/// The identifier of the OAuth client.
pub const CLIENT_ID: Field = Field {
    key: "client_id",
    label: "Identifier",
    description: "The identifier of the OAuth client that an administrator registered for this platform.",
    kind: FieldKind::Text,
    required: true,
    example: Some("acme_platform"),
    pattern: Some(r"[\s\u0085]*[!-~]+[\s\u0085]*"),
    // Those of Zendesk have less than 100.
    max_length: Some(255),
    guide_step: Some("register-client"),
};

/// The secret of a confidential OAuth client.
pub const CLIENT_SECRET: Field = Field {
    key: "client_secret",
    label: "Secret",
    description: "The secret of the OAuth client. Leave it empty for a public client, which has none.",
    kind: FieldKind::Secret,
    required: false,
    example: None,
    pattern: Some(r"[\s\u0085]*[!-~]*[\s\u0085]*"),
    ..CLIENT_ID
};

const fn host(role: HostRole) -> HostTemplate {
    HostTemplate { role, platform: None, template: "{subdomain}.zendesk.com" }
}

/// The provider and its form.
pub const DEFINITION: Definition = Definition {
    id: "zendesk",
    name: "Zendesk",
    summary: "Reads and creates tickets as the person who signs in.",
    version: env!("CARGO_PKG_VERSION"),
    categories: &["customer-service", "ticketing"],
    icon: include_str!("icon.svg"),
    links: &[
        ("guide", "https://support.zendesk.com/hc/en-us/articles/4408845965210"),
        ("api", "https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/"),
    ],
    domains: &["zendesk.com"],
    hosts: &[host(HostRole::Authorization), host(HostRole::Token), host(HostRole::Api), host(HostRole::Web)],
    auth: "oauth2-authorization-code",
    fields: &[SUBDOMAIN, CLIENT_ID, CLIENT_SECRET],
    permissions: &[],
    prerequisites: &["You work in Zendesk.", "An administrator registers an OAuth client, once for the account."],
    guide: &[
        GuideStep { id: "find-subdomain", title: "Find your subdomain", text: include_str!("guide/find-subdomain.md") },
        GuideStep {
            id: "register-client",
            title: "Register an OAuth client",
            text: include_str!("guide/register-client.md"),
        },
        GuideStep { id: "sign-in", title: "Sign in", text: include_str!("guide/sign-in.md") },
    ],
};
