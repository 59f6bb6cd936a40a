//! A tenant, and the hosts that belong to it.

use connector_kit::definition::{HostRole, HostTemplate};

use crate::tenant::instance::Instance;
use crate::tenant::region::Region;

/// The domain of every Nexthink host.
pub const DOMAIN: &str = "nexthink.cloud";

/// The host of the token endpoint (Nexthink: API, *Getting an authentication token*).
const LOGIN: &str = "{instance}-login.{region}.nexthink.cloud";

/// The host of the API (Nexthink: *Connectivity requirements*).
const API: &str = "{instance}.api.{region}.nexthink.cloud";

/// Every host of a tenant, with the addresses that the guide to connecting tells apart.
pub const HOSTS: [HostTemplate; 4] = [
    HostTemplate { role: HostRole::Token, platform: None, template: LOGIN },
    HostTemplate { role: HostRole::Api, platform: None, template: API },
    HostTemplate {
        role: HostRole::Web,
        platform: Some("Cloud-native"),
        template: "{instance}.data.{region}.nexthink.cloud",
    },
    HostTemplate { role: HostRole::Web, platform: Some("Classic"), template: "{instance}.{region}.nexthink.cloud" },
];

/// A tenant: an instance in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Instance name.
    pub instance: Instance,
    /// Region that hosts the tenant.
    pub region: Region,
}

impl Tenant {
    /// Returns the host of the token endpoint.
    pub fn login_host(&self) -> String {
        self.fill(LOGIN)
    }

    /// Returns the host of the API.
    pub fn api_host(&self) -> String {
        self.fill(API)
    }

    fn fill(&self, template: &str) -> String {
        // Neither value can have a brace.
        template.replace("{instance}", self.instance.as_str()).replace("{region}", self.region.code())
    }

    /// Returns the name to show to a person.
    pub fn label(&self) -> String {
        format!("{} ({})", self.instance.as_str(), self.region.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_the_documented_shape() {
        let tenant = Tenant { instance: Instance::parse("nxdocs").unwrap(), region: Region::EuropeanUnion };
        assert_eq!(tenant.login_host(), "nxdocs-login.eu.nexthink.cloud");
        assert_eq!(tenant.api_host(), "nxdocs.api.eu.nexthink.cloud");
        assert_eq!(tenant.label(), "nxdocs (European Union)");
    }
}
