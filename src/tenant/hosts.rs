//! A tenant, and the hosts that belong to it.

use crate::tenant::instance::Instance;
use crate::tenant::region::Region;

/// The domain of every Nexthink host.
pub const DOMAIN: &str = "nexthink.cloud";

/// A tenant: an instance in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Instance name.
    pub instance: Instance,
    /// Region that hosts the tenant.
    pub region: Region,
}

impl Tenant {
    /// Returns the host of the token endpoint (Nexthink: API, *Getting an
    /// authentication token*).
    pub fn login_host(&self) -> String {
        format!("{}-login.{}.{DOMAIN}", self.instance.as_str(), self.region.code())
    }

    /// Returns the host of the API (Nexthink: *Connectivity requirements*).
    pub fn api_host(&self) -> String {
        format!("{}.api.{}.{DOMAIN}", self.instance.as_str(), self.region.code())
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
