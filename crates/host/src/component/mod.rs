//! A component: the file, what it says about itself, and how it is called.

mod binary;
mod bindings;
mod calls;
mod compile_child;
mod compiler;
mod convert;
mod digest;
mod engine;
mod examination;
mod limits;
mod load_error;
mod loaded;
mod meter;
mod shape;
mod slots;

pub use binary::ComponentInfo;
pub use compile_child::compile_child;
pub use compiler::Compiler;
pub use digest::{BadDigest, Digest, OtherBytes};
pub use engine::engine_config;
pub use examination::Usage;
pub use limits::{Budget, Limits};
pub use load_error::LoadError;
pub use loaded::Component;
pub use shape::check as check_structure;
