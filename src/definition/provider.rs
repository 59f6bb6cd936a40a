//! The provider, as a platform presents it.

use crate::tenant::DOMAIN;

/// Stable identity of the provider.
pub const ID: &str = "nexthink";

/// The provider's own name.
pub const NAME: &str = "Nexthink";

/// What it is, in one sentence.
pub const SUMMARY: &str = "Digital employee experience: query devices and users, run remote actions, workflows and \
     campaigns, and enrich data in Nexthink.";

/// Version of this connector.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Words to file it under.
pub const CATEGORIES: [&str; 3] = ["digital-employee-experience", "it-operations", "analytics"];

/// A pulse line, drawn for this connector; no trademark of Nexthink's.
pub const ICON: &str = include_str!("icon.svg");

/// Pairs of relation and URL.
pub const LINKS: [(&str, &str); 3] = [
    ("guide", "https://docs.nexthink.com/api"),
    ("api", "https://docs.nexthink.com/api/getting-authentication-token"),
    ("source", env!("CARGO_PKG_REPOSITORY")),
];

/// Domains that every host of a connection lies under.
pub const DOMAINS: [&str; 1] = [DOMAIN];

/// How it authenticates.
pub const AUTH: &str = "oauth2-client-credentials";

/// What a person needs before starting.
pub const PREREQUISITES: [&str; 2] = [
    "A Nexthink tenant in the cloud (Nexthink Infinity).",
    "An account there that can open Administration and create API credentials.",
];
