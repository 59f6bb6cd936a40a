//! Tenants: the instance, the region, and the hosts that follow from both.
//!
//! Everything that ends up in a host name passes through [`Instance`] and
//! [`Region`], which cannot hold anything but a DNS label and one of four codes.

pub mod address;
mod hosts;
mod instance;
mod region;

pub use hosts::{DOMAIN, HOSTS, Tenant};
pub use instance::{Instance, InstanceError};
pub use region::Region;
