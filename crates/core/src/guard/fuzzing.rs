//! Opens the single checks to a fuzzer, without a component before them. Compiled under
//! `cfg(fuzzing)` alone: elsewhere unchecked values stay in this crate.

use super::{BadOutput, connection, request, verdict};
use crate::records::{
    Connection, Definition, Exchange, Failure, Operation, PermissionStatus, Problem, Request, Step, Token,
};
use crate::{Function, OperationCall, Opened, Secret, raw};

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
    super::operations::catalogue(raw, definition)
}

/// Checks the headers that authorize a request.
pub fn token_headers(raw: Vec<raw::Header>) -> Result<Vec<(String, Secret)>, BadOutput> {
    request::token_headers(raw)
}

impl Guard<'_> {
    /// Checks a token.
    pub fn token(&self, raw: Token) -> Result<Token, BadOutput> {
        verdict::token(raw, self.opened.redactor())
    }

    /// Checks a resolved connection.
    pub fn connection(&self, raw: Connection) -> Result<Connection, BadOutput> {
        connection::check(raw, self.definition, self.opened.redactor())
    }

    /// Checks the token request.
    pub fn exchange(&self, raw: raw::Exchange) -> Result<Exchange, BadOutput> {
        request::exchange(raw, self.opened.connection(), self.opened.redactor())
    }

    /// Checks a request that is authorized with the token.
    pub fn api_request(&self, raw: raw::Request) -> Result<Request, BadOutput> {
        request::api(Function::ApiRequest, "", raw, self.opened.connection())
    }

    /// Checks a step of an operation.
    pub fn step(&self, raw: raw::Step, operation: &Operation) -> Result<Step, BadOutput> {
        let call = OperationCall { opened: self.opened, token: None, operation, input: "{}" };
        super::operations::step(Function::Resume, raw, call, self.definition, self.opened.redactor())
    }

    /// Checks problems of entries.
    pub fn problems(&self, raw: Vec<Problem>) -> Result<Vec<Problem>, BadOutput> {
        let Self { definition, opened } = self;
        verdict::problems(Function::Resolve, raw, definition, opened.entries(), opened.redactor())
    }

    /// Checks a failure.
    pub fn failure(&self, raw: Failure) -> Result<Failure, BadOutput> {
        verdict::failure(Function::TokenResponse, raw, self.definition, self.opened.redactor())
    }

    /// Checks what a probe proved.
    pub fn permission_status(&self, raw: PermissionStatus) -> Result<PermissionStatus, BadOutput> {
        verdict::permission_status(raw, self.opened.redactor())
    }
}
