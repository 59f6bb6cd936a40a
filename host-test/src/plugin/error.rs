//! What can go wrong with a plugin, in plain words.

use std::fmt;

use thiserror::Error;

use super::Digest;

/// Says why a file is no plugin that this host can load.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Other bytes than those that were asked for.
    #[error(
        "this component has the digest {found}, not {expected}: it is not the file that was asked for; get it again, or \
         take the digest from whoever published it"
    )]
    OtherBytes {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of the file.
        found: Digest,
    },
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
    #[error("the plugin starts with {bytes} bytes of memory; at most {limit} are allowed")]
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
    /// A component that wants something of the host.
    #[error("the plugin imports {}; a plugin of this contract imports nothing", list(.0))]
    Imports(Vec<String>),
    /// The interface has the right name and other types.
    #[error("the plugin exports the interface, but not with the contract's functions and types: {0}")]
    TypeMismatch(String),
    /// The host itself cannot run plugins here.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
}

impl LoadError {
    /// Tells whether the plugin breaks the contract, rather than being no
    /// plugin at all.
    pub fn is_misbehaviour(&self) -> bool {
        matches!(self, Self::Memory { .. } | Self::Imports(_) | Self::TypeMismatch(_))
    }

    /// Returns a stable code for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Memory { .. } => "plugin-out-of-memory",
            Self::OtherBytes { .. } => "digest-mismatch",
            _ => "plugin-not-loaded",
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Names the functions of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// `provider.describe`
    Describe,
    /// `provider.resolve`
    Resolve,
    /// `provider.token-request`
    TokenRequest,
    /// `provider.token-response`
    TokenResponse,
    /// `access.authorize`
    Authorize,
    /// `access.api-request`
    ApiRequest,
    /// `access.api-response`
    ApiResponse,
    /// `permissions.probes`
    Probes,
    /// `permissions.standing-of`
    StandingOf,
    /// `operations.catalogue`
    Catalogue,
    /// `operations.start`
    Start,
    /// `operations.resume`
    Resume,
}

impl Function {
    /// Tells whether it belongs to `operations`, which has limits of its own.
    pub fn is_of_operations(self) -> bool {
        matches!(self, Self::Catalogue | Self::Start | Self::Resume)
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Describe => "describe",
            Self::Resolve => "resolve",
            Self::TokenRequest => "token-request",
            Self::TokenResponse => "token-response",
            Self::Authorize => "authorize",
            Self::ApiRequest => "api-request",
            Self::ApiResponse => "api-response",
            Self::Probes => "probes",
            Self::StandingOf => "standing-of",
            Self::Catalogue => "catalogue",
            Self::Start => "start",
            Self::Resume => "resume",
        })
    }
}

/// Says how a call into a plugin ended other than by returning.
#[derive(Debug, Error)]
#[error("{kind} in `{function}`")]
pub struct CallError {
    /// Which function was called.
    pub function: Function,
    /// What happened.
    pub kind: CallErrorKind,
}

/// Names the ways a call can end other than by returning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallErrorKind {
    /// It did something forbidden or gave up, as Rust does on a panic.
    #[error("the plugin crashed ({0})")]
    Trapped(&'static str),
    /// It computed longer than allowed.
    #[error("the plugin used up its computing time of {fuel} units")]
    OutOfFuel {
        /// The limit.
        fuel: u64,
    },
    /// It wanted more memory than allowed.
    #[error("the plugin wanted more memory than {bytes} bytes")]
    OutOfMemory {
        /// The limit.
        bytes: usize,
    },
    /// It does not export the interface, so nothing was called.
    #[error("the plugin does not offer this")]
    NotOffered,
    /// It gave two answers to the same call. Only an examination finds out.
    #[error("the plugin gave two answers to the same call")]
    Impure,
    /// It returned something that the types do not allow, or far too much.
    #[error("the plugin returned a value that cannot be read")]
    Unreadable,
}

impl CallErrorKind {
    /// Returns the failure code for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Trapped(_) => "plugin-trapped",
            Self::OutOfFuel { .. } => "plugin-out-of-fuel",
            Self::OutOfMemory { .. } => "plugin-out-of-memory",
            Self::NotOffered => "plugin-not-offered",
            Self::Impure | Self::Unreadable => "plugin-bad-output",
        }
    }
}
