//! How a component is called.
//!
//! A shell implements [`Functions`] over its bindings: `connector-host` over Wasmtime,
//! a gateway over the interfaces it imports. What comes back is unchecked and goes
//! straight to the guard.

use std::fmt;

use thiserror::Error;

use crate::raw::{Connection, Entry, Exchange, Header, Operation, Probe, Step, Unchecked};
use crate::records::{Context, Definition, Failure, PermissionStatus, Problem, Response, Token};
use crate::{raw, records};

/// The functions of a loaded component.
///
/// Each call sees a fresh instance: nothing that one does is seen by the next.
pub trait Functions {
    /// Returns whether the component exports an interface of the contract.
    fn exports(&self, interface: Interface) -> bool;

    /// Returns the longest input of an operation that is passed on, in bytes.
    fn input_limit(&self) -> usize;

    /// Calls `provider.describe`.
    fn describe(&self) -> Result<Unchecked<Definition>, CallError>;

    /// Calls `provider.resolve`.
    fn resolve(&self, entries: &[Entry]) -> Result<Connection, Ended<Vec<Problem>>>;

    /// Calls `client-credentials.token-request`.
    fn token_request(&self, entries: &[Entry], context: &Context) -> Result<Exchange, Ended<Vec<Problem>>>;

    /// Calls `authorization-code.authorization-url`.
    fn authorization_url(&self, entries: &[Entry], leave: &Leave<'_>) -> Result<String, Ended<Vec<Problem>>>;

    /// Calls `authorization-code.code-request`.
    fn code_request(
        &self,
        entries: &[Entry],
        redirect: &Redirect<'_>,
        context: &Context,
    ) -> Result<Exchange, Ended<Vec<Problem>>>;

    /// Calls `refresh.refresh-request`.
    fn refresh_request(
        &self,
        entries: &[Entry],
        refresh_token: &str,
        context: &Context,
    ) -> Result<Exchange, Ended<Vec<Problem>>>;

    /// Calls `token.token-response`.
    fn token_response(&self, response: &Response) -> Result<Unchecked<Token>, Ended<Box<Failure>>>;

    /// Calls `access.authorize`.
    fn authorize(&self, credential: Credential<'_>) -> Result<Vec<Header>, Ended<Box<Failure>>>;

    /// Calls `signature.sign`.
    fn sign(
        &self,
        credential: Credential<'_>,
        request: &records::Request,
        context: &Context,
    ) -> Result<raw::Request, Ended<Box<Failure>>>;

    /// Calls `access.api-request`.
    fn api_request(&self, settings: &[Entry], call: &ApiCall) -> Result<raw::Request, Ended<Vec<Problem>>>;

    /// Calls `access.api-response`.
    fn api_response(&self, response: &Response) -> Result<(), Ended<Box<Failure>>>;

    /// Calls `permissions.probes`.
    fn probes(&self, settings: &[Entry]) -> Result<Vec<Probe>, CallError>;

    /// Calls `permissions.read-probe`.
    fn probe_status(&self, permission: &str, response: &Response) -> Result<Unchecked<PermissionStatus>, CallError>;

    /// Calls `operations.list-operations`.
    fn operations(&self) -> Result<Vec<Operation>, CallError>;

    /// Calls `operations.start`.
    fn start(&self, settings: &[Entry], operation: &str, input: &str) -> Result<Step, Ended<Vec<Problem>>>;

    /// Calls `operations.resume`.
    fn resume(
        &self,
        settings: &[Entry],
        operation: &str,
        input: &str,
        state: &[u8],
        response: &Response,
    ) -> Result<Step, Ended<Box<Failure>>>;
}

/// What a connection is authorized with.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// Access token, of a connector that exports `token`.
    AccessToken(&'a str),
    /// Entries, of any other.
    Entries(&'a [Entry]),
}

/// What a person is sent to the provider with.
#[derive(Clone, Copy)]
pub struct Leave<'a> {
    /// URL to come back to.
    pub redirect_uri: &'a str,
    /// What the redirect has to repeat.
    pub state: &'a str,
    /// SHA-256 of the code verifier, base64url (RFC 7636 §4.2).
    pub code_challenge: &'a str,
}

/// What a person came back from the provider with.
#[derive(Clone, Copy)]
pub struct Redirect<'a> {
    /// URL that the person was sent away with.
    pub redirect_uri: &'a str,
    /// Code, which works once.
    pub code: &'a str,
    /// Code verifier (RFC 7636 §4.1).
    pub code_verifier: &'a str,
}

/// A request to any path of the API, as a caller asks for it.
#[derive(Default)]
pub struct ApiCall {
    /// Method, upper-case.
    pub method: String,
    /// Path and query; begins with a slash.
    pub path_and_query: String,
    /// Pairs of name and value.
    pub headers: Vec<(String, String)>,
    /// Empty where there is none.
    pub body: Vec<u8>,
}

/// Why a call gave no result.
#[derive(Debug)]
pub enum Ended<E> {
    /// The component returned the error of the contract's `result`.
    Returned(E),
    /// The call itself failed.
    Call(CallError),
}

impl<E> From<CallError> for Ended<E> {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// An interface of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the contract documents the interfaces")]
pub enum Interface {
    Provider,
    Token,
    ClientCredentials,
    AuthorizationCode,
    Refresh,
    Access,
    Signature,
    Permissions,
    Operations,
}

impl Interface {
    /// Returns its short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Token => "token",
            Self::ClientCredentials => "client-credentials",
            Self::AuthorizationCode => "authorization-code",
            Self::Refresh => "refresh",
            Self::Signature => "signature",
            Self::Access => "access",
            Self::Permissions => "permissions",
            Self::Operations => "operations",
        }
    }
}

/// A function of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// `provider.describe`
    Describe,
    /// `provider.resolve`
    Resolve,
    /// `client-credentials.token-request`
    TokenRequest,
    /// `authorization-code.authorization-url`
    AuthorizationUrl,
    /// `authorization-code.code-request`
    CodeRequest,
    /// `refresh.refresh-request`
    RefreshRequest,
    /// `token.token-response`
    TokenResponse,
    /// `access.authorize`
    Authorize,
    /// `signature.sign`
    Sign,
    /// `access.api-request`
    ApiRequest,
    /// `access.api-response`
    ApiResponse,
    /// `permissions.probes`
    Probes,
    /// `permissions.read-probe`
    ReadProbe,
    /// `operations.list-operations`
    ListOperations,
    /// `operations.start`
    Start,
    /// `operations.resume`
    Resume,
}

impl Function {
    /// Returns the interface it belongs to.
    pub fn interface(self) -> Interface {
        match self {
            Self::Describe | Self::Resolve => Interface::Provider,
            Self::TokenRequest => Interface::ClientCredentials,
            Self::AuthorizationUrl | Self::CodeRequest => Interface::AuthorizationCode,
            Self::RefreshRequest => Interface::Refresh,
            Self::Sign => Interface::Signature,
            Self::TokenResponse => Interface::Token,
            Self::Authorize | Self::ApiRequest | Self::ApiResponse => Interface::Access,
            Self::Probes | Self::ReadProbe => Interface::Permissions,
            Self::ListOperations | Self::Start | Self::Resume => Interface::Operations,
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Describe => "describe",
            Self::Resolve => "resolve",
            Self::TokenRequest => "token-request",
            Self::AuthorizationUrl => "authorization-url",
            Self::CodeRequest => "code-request",
            Self::RefreshRequest => "refresh-request",
            Self::Sign => "sign",
            Self::TokenResponse => "token-response",
            Self::Authorize => "authorize",
            Self::ApiRequest => "api-request",
            Self::ApiResponse => "api-response",
            Self::Probes => "probes",
            Self::ReadProbe => "read-probe",
            Self::ListOperations => "list-operations",
            Self::Start => "start",
            Self::Resume => "resume",
        })
    }
}

/// A call that ended other than by returning.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} in `{function}`")]
pub struct CallError {
    /// The function called.
    pub function: Function,
    /// What happened.
    pub kind: CallErrorKind,
}

/// How a call can end other than by returning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallErrorKind {
    /// It did something forbidden or gave up, as Rust does on a panic.
    #[error("the connector crashed ({0})")]
    Trapped(&'static str),
    /// It computed longer than allowed.
    #[error("the connector used up its computing time of {fuel} units")]
    OutOfFuel {
        /// The limit.
        fuel: u64,
    },
    /// It took longer than allowed, mostly with work that uses no fuel.
    #[error("the connector took longer than {seconds} s")]
    OutOfTime {
        /// The limit: seconds of processor time.
        seconds: u64,
    },
    /// It was not called: as many calls ran as may, for as long as this one could wait.
    /// A [`Connector`](crate::Connector) returns it as a failure of the host.
    #[error("no instance of the connector became free within {seconds} s")]
    Overloaded {
        /// How long it waited.
        seconds: u64,
    },
    /// It wanted more memory than allowed.
    #[error("the connector wanted more memory than {bytes} bytes")]
    OutOfMemory {
        /// The limit.
        bytes: usize,
    },
    /// It does not export the interface, so nothing was called.
    #[error("the connector does not offer this")]
    NotOffered,
    /// It gave two results for the same call. Only an examination finds out.
    #[error("the connector gave two results for the same call")]
    Impure,
    /// It returned something that the types do not allow, or far too much.
    #[error("the connector returned a value that cannot be read")]
    Unreadable,
}

impl CallErrorKind {
    /// Returns the failure code for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Trapped(_) => "connector-trapped",
            Self::OutOfFuel { .. } => "connector-out-of-fuel",
            Self::OutOfTime { .. } => "connector-out-of-time",
            Self::Overloaded { .. } => "overloaded",
            Self::OutOfMemory { .. } => "connector-out-of-memory",
            Self::NotOffered => "connector-not-offered",
            Self::Impure | Self::Unreadable => "connector-bad-output",
        }
    }
}
