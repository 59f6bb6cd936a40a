//! The provider, as a platform presents it.

use connector_kit::definition::Definition;

use crate::definition::{FIELDS, GUIDE, PERMISSIONS};
use crate::tenant::{DOMAIN, HOSTS};

/// Stable identity of the provider.
pub const ID: &str = "nexthink";

/// The provider's own name.
pub const NAME: &str = "Nexthink";

/// All that a platform shows.
pub const DEFINITION: Definition = Definition {
    id: ID,
    name: NAME,
    summary: "Digital employee experience: query devices and users, run remote actions, workflows and campaigns, and \
              enrich data in Nexthink.",
    version: env!("CARGO_PKG_VERSION"),
    categories: &["digital-employee-experience", "it-operations", "analytics"],
    // A pulse line, drawn for this connector; no trademark of Nexthink.
    icon: include_str!("icon.svg"),
    links: &[
        ("guide", "https://docs.nexthink.com/api"),
        ("api", "https://docs.nexthink.com/api/getting-authentication-token"),
        ("source", env!("CARGO_PKG_REPOSITORY")),
    ],
    domains: &[DOMAIN],
    hosts: &HOSTS,
    auth: "oauth2-client-credentials",
    fields: &FIELDS,
    permissions: &PERMISSIONS,
    prerequisites: &[
        "A Nexthink tenant in the cloud (Nexthink Infinity).",
        "An account there that can open Administration and create API credentials.",
    ],
    guide: &GUIDE,
};
