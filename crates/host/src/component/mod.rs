//! A component: the file, what it says about itself, and how it is called.

mod binary;
mod bindings;
mod calls;
mod convert;
mod digest;
mod engine;
mod examination;
mod limits;
mod load_error;
mod loaded;

pub use binary::ComponentInfo;
pub use digest::{BadDigest, Digest, OtherBytes};
pub use engine::engine_config;
pub use examination::Usage;
pub use limits::Limits;
pub use load_error::LoadError;
pub use loaded::Component;
