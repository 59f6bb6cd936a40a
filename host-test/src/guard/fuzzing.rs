//! Opens the single checks to a fuzzer, with no plugin before them. Compiled under
//! `cfg(fuzzing)` alone: elsewhere what a plugin said stays in this crate.

pub use crate::plugin::bindings::exports::integration::provider::{
    operations as contract, permissions, provider as raw,
};

use super::{BadOutput, OperationCall, connection, definition, operations, request, verdict};
use crate::entries::Entries;
use crate::model::operation::{Operation, Step};
use crate::model::{Connection, Definition, Exchange, Failure, Problem, Request, Secret, Standing, Token};
use crate::plugin::Function;
use crate::redact::Redactor;

/// Holds what every check measures by.
#[expect(missing_docs, reason = "the model documents them")]
pub struct Guard<'a> {
    pub definition: &'a Definition,
    pub connection: &'a Connection,
    pub entries: &'a Entries,
}

/// Checks a definition.
pub fn definition(raw: raw::Definition) -> Result<Definition, BadOutput> {
    definition::check(raw)
}

/// Checks a catalogue against a definition.
pub fn catalogue(raw: Vec<contract::Operation>, definition: &Definition) -> Result<Vec<Operation>, BadOutput> {
    operations::catalogue(raw, definition)
}

/// Checks the headers that carry a token.
pub fn token_headers(raw: Vec<raw::Header>) -> Result<Vec<(String, Secret)>, BadOutput> {
    request::token_headers(raw)
}

/// Checks a token.
pub fn token(raw: raw::Token) -> Result<Token, BadOutput> {
    verdict::token(raw)
}

impl Guard<'_> {
    fn redactor(&self) -> Redactor {
        Redactor::new(self.entries, &self.definition.domains)
    }

    /// Checks where entries lead.
    pub fn connection(&self, raw: raw::Connection) -> Result<Connection, BadOutput> {
        connection::check(raw, self.definition, &self.redactor())
    }

    /// Checks the token request.
    pub fn exchange(&self, raw: raw::Exchange) -> Result<Exchange, BadOutput> {
        request::exchange(raw, self.connection, &self.redactor())
    }

    /// Checks a request that carries the token.
    pub fn api_request(&self, raw: raw::Request) -> Result<Request, BadOutput> {
        request::api(Function::ApiRequest, "", raw, self.connection)
    }

    /// Checks a step of an operation.
    pub fn step(&self, raw: contract::Step, operation: &Operation) -> Result<Step, BadOutput> {
        let Self { connection, entries, .. } = *self;
        let call = OperationCall { connection, entries, token: None, operation, input: "{}" };
        operations::step(Function::Resume, raw, call, self.definition, &self.redactor())
    }

    /// Checks what is wrong with entries.
    pub fn problems(&self, raw: Vec<raw::Problem>) -> Result<Vec<Problem>, BadOutput> {
        verdict::problems(Function::Resolve, raw, self.definition, self.entries, &self.redactor())
    }

    /// Checks why an exchange failed.
    pub fn failure(&self, raw: raw::Failure) -> Result<Failure, BadOutput> {
        verdict::failure(Function::TokenResponse, raw, self.definition, &self.redactor())
    }

    /// Checks what a probe proved.
    pub fn standing(&self, raw: permissions::Standing) -> Result<Standing, BadOutput> {
        verdict::standing(raw, &self.redactor())
    }
}
