//! Why a file cannot be loaded.

use thiserror::Error;

use super::digest::OtherBytes;

/// Why a file is no component that this host loads.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Other bytes than those that were asked for.
    #[error(transparent)]
    OtherBytes(#[from] OtherBytes),
    /// Neither a module nor a component.
    #[error("this is not a WebAssembly file")]
    NotWebAssembly,
    /// A core module, which has no interfaces.
    #[error("this is a core module, not a component; wrap it with `wasm-tools component new`")]
    CoreModule,
    /// A component that breaks off or is damaged.
    #[error("this component is damaged at byte {at}")]
    Broken {
        /// Offset of the first byte that makes no sense.
        at: usize,
    },
    /// A component that does not validate.
    #[error("this component is not valid: {0}")]
    Invalid(String),
    /// A component larger than the limit.
    #[error("this component has {bytes} bytes; at most {limit} are loaded")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A component that starts with more memory than the limit.
    #[error("the component starts with {bytes} bytes of memory; at most {limit} are allowed")]
    Memory {
        /// What its memories have from the start.
        bytes: u64,
        /// The limit.
        limit: usize,
    },
    /// A component of another contract.
    #[error("this component does not export `integration:provider/provider@0.1`, the contract of this host; it exports {}", list(.exports))]
    OtherContract {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// A component that imports something.
    #[error("the component imports {}; a component of this contract imports nothing", list(.0))]
    Imports(Vec<String>),
    /// The interface has the right name and other types.
    #[error("the component exports the interface, but not with the contract's functions and types: {0}")]
    TypeMismatch(String),
    /// The engine cannot start here.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
}

impl LoadError {
    /// Returns whether the component breaks the contract, rather than being of another
    /// one or none.
    pub fn is_misbehaviour(&self) -> bool {
        matches!(self, Self::Memory { .. } | Self::Imports(_) | Self::TypeMismatch(_))
    }

    /// Returns a stable code for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Memory { .. } => "connector-out-of-memory",
            Self::OtherBytes(_) => "digest-mismatch",
            _ => "component-not-loaded",
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
