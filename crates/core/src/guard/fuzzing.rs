//! Opens the single checks to a fuzzer, without a component before them. Compiled under
//! `cfg(fuzzing)` alone: elsewhere unchecked values stay in this crate.

use url::Url;

use super::output::BadOutput;
use crate::connector::Opened;
use crate::functions::{Function, Leave};
use crate::raw;
use crate::records::{
    Connection, Definition, Exchange, Failure, Operation, PermissionStatus, Problem, Request, Step, Token,
};
use crate::secret::Secret;

/// What every check measures by.
pub struct Guard<'a> {
    /// A definition that passed the guard.
    pub definition: &'a Definition,
    /// A connection of it.
    pub opened: &'a Opened,
}

/// Checks a definition.
pub fn definition(raw: Definition) -> Result<Definition, BadOutput> {
    super::definition::check(raw)
}

/// Checks operations against a definition.
pub fn operations(raw: Vec<raw::Operation>, definition: &Definition) -> Result<Vec<Operation>, BadOutput> {
    super::operations::operations(raw, definition)
}

/// Checks the headers that authorize a request.
pub fn token_headers(raw: Vec<raw::Header>) -> Result<Vec<(String, Secret)>, BadOutput> {
    super::request::token_headers(raw, false)
}

impl Guard<'_> {
    /// Checks a token.
    pub fn token(&self, raw: Token) -> Result<Token, BadOutput> {
        super::verdict::token(raw, self.opened.redactor())
    }

    /// Checks a resolved connection.
    pub fn connection(&self, raw: raw::Connection) -> Result<Connection, BadOutput> {
        super::connection::check(raw, self.definition, self.opened.redactor())
    }

    /// Checks the token request.
    pub fn exchange(&self, raw: raw::Exchange) -> Result<Exchange, BadOutput> {
        super::request::exchange(Function::TokenRequest, raw, self.opened.connection(), self.opened.redactor())
    }

    /// Checks a request that is authorized with the token.
    pub fn api_request(&self, raw: raw::Request) -> Result<Request, BadOutput> {
        super::request::api(Function::ApiRequest, "", raw, self.opened.connection(), self.opened.redactor())
    }

    /// Checks a request that was signed: with these headers, and this at the end of its URL.
    pub fn signed(&self, unsigned: &Request, headers: Vec<raw::Header>, query: &str) -> Result<Request, BadOutput> {
        let before = unsigned.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
        let raw = raw::Request {
            method: unsigned.method.clone(),
            url: format!("{}{query}", unsigned.url),
            headers: before.chain(headers).collect(),
            body: unsigned.body.to_vec(),
            authorized: unsigned.authorized,
            repeatable: unsigned.repeatable,
            timeout: unsigned.timeout,
            response_limit: unsigned.response_limit,
        };
        super::request::signed(raw, unsigned, self.opened.connection())
    }

    /// Checks the URL that a person signs in at.
    pub fn authorization_url(&self, text: &str, leave: &Leave<'_>) -> Result<Url, BadOutput> {
        super::request::authorization_url(text, leave, self.opened.connection(), self.opened.redactor())
    }

    /// Checks a step of an operation.
    pub fn step(&self, raw: raw::Step, operation: &Operation) -> Result<Step, BadOutput> {
        let Self { definition, opened } = self;
        super::operations::step(Function::Resume, raw, opened.connection(), operation, definition, opened.redactor())
    }

    /// Checks problems of entries.
    pub fn problems(&self, raw: Vec<Problem>) -> Result<Vec<Problem>, BadOutput> {
        let Self { definition, opened } = self;
        super::verdict::problems(Function::Resolve, raw, definition, opened.entries(), opened.redactor())
    }

    /// Checks a failure.
    pub fn failure(&self, raw: Failure) -> Result<Failure, BadOutput> {
        super::verdict::failure(Function::TokenResponse, raw, self.definition, self.opened.redactor())
    }

    /// Checks what a probe proved.
    pub fn permission_status(&self, raw: PermissionStatus) -> Result<PermissionStatus, BadOutput> {
        super::verdict::permission_status(raw, self.opened.redactor())
    }
}
