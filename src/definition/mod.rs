//! What a platform shows: the provider, its form, its permissions and its guide.

mod fields;
mod guide;
mod permissions;
mod provider;

pub use connector_kit::definition::{Choice, Definition, Field, FieldKind, GuideStep, Permission};
pub use fields::FIELDS;
pub use guide::GUIDE;
pub use permissions::PERMISSIONS;
pub use provider::{DEFINITION, ID, NAME};

#[cfg(test)]
mod tests;
