//! What a platform shows: the provider, its form, its permissions and its guide.

mod fields;
mod guide;
mod permissions;
mod provider;

pub use fields::{Choice, FIELDS, Field, Kind};
pub use guide::{GUIDE, GuideStep};
pub use permissions::{PERMISSIONS, Permission};
pub use provider::{AUTH, CATEGORIES, DOMAINS, ICON, ID, LINKS, NAME, PREREQUISITES, SUMMARY, VERSION};

#[cfg(test)]
mod tests;
