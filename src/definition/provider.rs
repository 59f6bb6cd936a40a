//! The provider, as a platform presents it.

use crate::tenant::DOMAIN;

/// Stable identity of the provider.
pub const ID: &str = "nexthink";

/// The provider's own name.
pub const NAME: &str = "Nexthink";

/// Summary, in one sentence.
pub const SUMMARY: &str = "Digital employee experience: query devices and users, run remote actions, workflows and \
     campaigns, and enrich data in Nexthink.";

/// Version of this connector.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Categories, in lower case.
pub const CATEGORIES: [&str; 3] = ["digital-employee-experience", "it-operations", "analytics"];

/// Icon: a pulse line, drawn for this connector; no trademark of Nexthink.
pub const ICON: &str = include_str!("icon.svg");

/// Links, as pairs of relation and URL.
pub const LINKS: [(&str, &str); 3] = [
    ("guide", "https://docs.nexthink.com/api"),
    ("api", "https://docs.nexthink.com/api/getting-authentication-token"),
    ("source", env!("CARGO_PKG_REPOSITORY")),
];

/// Domains of every host of a connection.
pub const DOMAINS: [&str; 1] = [DOMAIN];

/// Authentication method.
pub const AUTH: &str = "oauth2-client-credentials";

/// What a person needs before starting, one sentence each.
pub const PREREQUISITES: [&str; 2] = [
    "A Nexthink tenant in the cloud (Nexthink Infinity).",
    "An account there that can open Administration and create API credentials.",
];
