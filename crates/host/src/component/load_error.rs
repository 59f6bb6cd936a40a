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
    /// A component whose structure takes a compiler more than its size lets expect.
    #[error("this component has more {what} than {limit}, the most that is compiled")]
    TooComplex {
        /// What it has too many of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A component that takes a compiler too long.
    #[error("compiling this component takes longer than {seconds} s")]
    CompileTime {
        /// The limit.
        seconds: u64,
    },
    /// A component that takes a compiler too much memory.
    #[error("compiling this component takes more memory than {bytes} bytes")]
    CompileMemory {
        /// The limit.
        bytes: u64,
    },
    /// The child process that compiles cannot be used here.
    #[error("the compiler cannot be run as a child process: {0}")]
    Compiler(String),
    /// A component of another contract.
    #[error("this component does not export `integration:provider/provider@0.1`, the contract of this host; it exports {}", list(.exports))]
    OtherContract {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// A component that imports something.
    #[error("the component imports {}; a component of this contract imports nothing", list(.0))]
    Imports(Vec<String>),
    /// A component that uses an interface of the contract and does not export it.
    #[error("the component uses {} without exporting it, so that it asks the host for it; export it beside the interfaces that use it", list(.0))]
    NotExported(Vec<String>),
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
        matches!(self, Self::Memory { .. } | Self::Imports(_) | Self::NotExported(_) | Self::TypeMismatch(_))
    }

    /// Returns a stable code for it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(bytes: &[u8]) {
    /// if let Err(error) = connector_host::Component::load(bytes, connector_host::Limits::default()) {
    ///     let blame = if error.is_misbehaviour() { "it breaks the contract" } else { "it is something else" };
    ///     eprintln!("{} ({}): {blame}", error, error.code());
    /// }
    /// # }
    /// ```
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
