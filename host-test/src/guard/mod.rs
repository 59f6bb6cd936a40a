//! What a plugin returned is hostile until checked here.
//!
//! A [`Connector`] is a plugin behind its guard: it hands out checked records
//! only, and an error that names function, place and rule for everything else.

mod connection;
mod definition;
#[cfg(fuzzing)]
pub mod fuzzing;
mod operations;
mod request;
mod verdict;

use thiserror::Error;

pub use operations::OperationCall;
pub(crate) use operations::saved_request;

use crate::entries::Entries;
use crate::model::{
    Connection, Definition, Exchange, Failure, Probe, Problem, Request, Response, Secret, Standing, Token,
};
use crate::plugin::bindings::exports::integration::provider::{permissions, provider as raw};
use crate::plugin::{ApiCall, CallError, Facts, Function, Plugin};
use crate::redact::Redactor;

/// Holds a plugin whose definition passed the guard.
pub struct Connector {
    plugin: Plugin,
    definition: Definition,
}

impl Connector {
    /// Asks the plugin what it is.
    ///
    /// # Errors
    ///
    /// Refuses a plugin that cannot say so, or says something senseless.
    pub fn new(plugin: Plugin) -> Result<Self, PluginError> {
        let definition = definition::check(plugin.describe()?)?;
        Ok(Self { plugin, definition })
    }

    /// Returns what to show and what to ask for.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns what the component says about itself.
    pub fn facts(&self) -> &Facts {
        self.plugin.facts()
    }

    /// Returns the plugin behind the guard: its limits, and what calls used.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Wraps what was entered, knowing which of it is secret.
    pub fn entries(&self, pairs: Vec<(String, String)>) -> Entries {
        Entries::new(pairs, &self.definition.secret_keys().collect::<Vec<_>>())
    }

    /// Normalises and validates what was entered so far. The inner error holds
    /// every problem.
    pub fn resolve(&self, entries: &Entries) -> Result<Result<Connection, Vec<Problem>>, PluginError> {
        let redactor = self.redactor(entries);
        match self.plugin.resolve(entries.pairs())? {
            Ok(connection) => connection::check(connection, &self.definition, &redactor).map(Ok),
            Err(problems) => self.problems(Function::Resolve, problems, entries, &redactor).map(Err),
        }
        .map_err(Into::into)
    }

    /// Builds the token request of a connection. The inner error holds every
    /// problem; a plugin that refuses a connection here has to refuse it there.
    pub fn token_request(
        &self,
        entries: &Entries,
        connection: Result<&Connection, &[Problem]>,
    ) -> Result<Result<Exchange, Vec<Problem>>, PluginError> {
        let redactor = self.redactor(entries);
        match (self.plugin.token_request(entries.pairs())?, connection) {
            (Ok(exchange), Ok(connection)) => request::exchange(exchange, connection, &redactor).map(Ok),
            (Ok(_), Err(_)) => {
                Err(BadOutput::new(Function::TokenRequest, "", "accepts entries that `resolve` refuses"))
            }
            (Err(problems), _) => self.problems(Function::TokenRequest, problems, entries, &redactor).map(Err),
        }
        .map_err(Into::into)
    }

    /// Reads the token from a response. Secrets of the entries that the provider
    /// repeats in its own text are hidden.
    pub fn token_response(
        &self,
        response: &Response,
        entries: &Entries,
    ) -> Result<Result<Token, Failure>, PluginError> {
        let redactor = self.redactor(entries);
        Ok(match self.plugin.token_response(&raw_response(response))? {
            Ok(token) => Ok(verdict::hidden(verdict::token(token)?, &redactor)),
            Err(failure) => Err(verdict::failure(Function::TokenResponse, failure, &self.definition, &redactor)?),
        })
    }

    /// Returns the headers that carry a token.
    pub fn authorize(&self, token: &Token) -> Result<Vec<(String, Secret)>, PluginError> {
        request::token_headers(self.plugin.authorize(token.value.expose())?).map_err(Into::into)
    }

    /// Builds a request for a path of the API. The inner error holds every
    /// problem.
    pub fn api_request(
        &self,
        connection: &Connection,
        call: &ApiCall,
    ) -> Result<Result<Request, Vec<Problem>>, PluginError> {
        let settings = self.entries(connection.settings.clone());
        Ok(match self.plugin.api_request(settings.pairs(), call)? {
            Ok(request) => Ok(request::api(Function::ApiRequest, "", request, connection)?),
            Err(problems) => {
                Err(self.problems(Function::ApiRequest, problems, &settings, &self.redactor(&settings))?)
            }
        })
    }

    /// Tells success from failure.
    pub fn api_response(&self, response: &Response, entries: &Entries) -> Result<Result<(), Failure>, PluginError> {
        Ok(match self.plugin.api_response(&raw_response(response))? {
            Ok(()) => Ok(()),
            Err(failure) => {
                let redactor = self.redactor(entries);
                Err(verdict::failure(Function::ApiResponse, failure, &self.definition, &redactor)?)
            }
        })
    }

    /// Returns one probe for each permission, in the order of the definition.
    pub fn probes(&self, connection: &Connection) -> Result<Vec<Probe>, PluginError> {
        let raw = self.plugin.probes(&connection.settings)?;
        let given = raw.iter().map(|probe| probe.permission.as_str());
        if !given.eq(self.definition.permissions.iter().map(|permission| permission.id.as_str())) {
            return Err(BadOutput::new(Function::Probes, "", "is not one probe for each permission, in order").into());
        }
        let probe = |(i, raw): (usize, permissions::Probe)| {
            let at = format!("probes[{i}].request");
            let request = raw.request.map(|request| request::api(Function::Probes, &at, request, connection));
            Ok(Probe { permission: raw.permission, request: request.transpose()? })
        };
        raw.into_iter().enumerate().map(probe).collect()
    }

    /// Reads the response to the probe of a permission.
    pub fn standing_of(
        &self,
        permission: &str,
        response: &Response,
        entries: &Entries,
    ) -> Result<Standing, PluginError> {
        let raw = self.plugin.standing_of(permission, &raw_response(response))?;
        verdict::standing(raw, &self.redactor(entries)).map_err(Into::into)
    }

    /// Returns the longest input that an operation takes, in bytes.
    pub fn input_limit(&self) -> usize {
        self.plugin.limits().input_bytes
    }

    fn redactor(&self, entries: &Entries) -> Redactor {
        Redactor::new(entries, &self.definition.domains)
    }

    fn problems(
        &self,
        function: Function,
        problems: Vec<raw::Problem>,
        entries: &Entries,
        redactor: &Redactor,
    ) -> Result<Vec<Problem>, BadOutput> {
        verdict::problems(function, problems, &self.definition, entries, redactor)
    }
}

fn raw_response(response: &Response) -> raw::Response {
    raw::Response {
        status: response.status,
        headers: response.headers.clone(),
        body: response.body.clone(),
        received_at: response.received_at,
    }
}

/// Says how a plugin failed the host.
#[derive(Debug, Error)]
pub enum PluginError {
    /// A call did not return.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What it returned breaks the contract.
    #[error(transparent)]
    Output(#[from] BadOutput),
}

impl PluginError {
    /// Says that a function did not give the same answer twice.
    pub(crate) fn impure(function: Function) -> Self {
        BadOutput::new(function, "", "is not what the same entries gave before").into()
    }

    /// Says that an operation goes in circles.
    pub(crate) fn endless(requests: u32) -> Self {
        BadOutput::new(Function::Resume, "", format!("wants more than {requests} requests for one operation")).into()
    }

    /// Returns the failure code for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Call(error) => error.kind.code(),
            Self::Output(_) => "plugin-bad-output",
        }
    }
}

/// Says which rule of the contract a returned value breaks. Never quotes it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("what the plugin returned from `{function}` breaks the contract: {}{why}", place(.at))]
pub struct BadOutput {
    /// Which function returned it.
    pub function: Function,
    /// Path to the value in what was returned; empty for the whole.
    pub at: String,
    /// What is wrong with it.
    pub why: String,
}

impl BadOutput {
    fn new(function: Function, at: impl Into<String>, why: impl Into<String>) -> Self {
        Self { function, at: at.into(), why: why.into() }
    }

    /// Tells whether a secret would get to where it does not belong.
    pub fn is_about_secrets(&self) -> bool {
        self.why == HOLDS_SECRET
    }

    /// Tells whether credentials or a token would get to another host.
    pub fn is_about_hosts(&self) -> bool {
        let place = self.at.rsplit('.').next().unwrap_or_default();
        let leads = matches!(place, "base-url" | "url") || place.starts_with("hosts");
        leads && self.function != Function::Describe && !self.is_about_secrets()
    }
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("`{at}` ") }
}

/// What is wrong with a value that holds a secret.
const HOLDS_SECRET: &str = "contains a secret";

/// Longest single line that a plugin may return, in bytes.
const LINE_LIMIT: usize = 4 * 1024;

/// Longest text of several lines, such as a guide step or an icon, in bytes.
const TEXT_LIMIT: usize = 64 * 1024;

/// Most items of a list that a person is going to look at.
const LIST_LIMIT: usize = 200;

/// Checks the values of one call.
#[derive(Clone, Copy)]
struct Check(Function);

impl Check {
    fn fail<T>(self, at: impl Into<String>, why: impl Into<String>) -> Result<T, BadOutput> {
        Err(BadOutput::new(self.0, at, why))
    }

    fn ensure(self, holds: bool, at: &str, why: &str) -> Result<(), BadOutput> {
        if holds { Ok(()) } else { self.fail(at, why) }
    }

    /// Accepts one line of text for a person: not empty, not long, no control
    /// characters, which a terminal would obey.
    fn line(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(!text.trim().is_empty(), at, "is empty")?;
        self.optional_line(at, text)
    }

    /// Accepts one line of text that may be empty.
    fn optional_line(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(text.len() <= LINE_LIMIT, at, &format!("is longer than {LINE_LIMIT} bytes"))?;
        self.ensure(!text.contains(char::is_control), at, "contains control characters")
    }

    /// Accepts a text of several lines.
    fn text(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(!text.trim().is_empty(), at, "is empty")?;
        self.ensure(text.len() <= TEXT_LIMIT, at, &format!("is longer than {TEXT_LIMIT} bytes"))?;
        let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        self.ensure(!text.contains(forbidden), at, "contains control characters")
    }

    /// Accepts a word of a vocabulary: lower-case letters, digits, hyphens.
    fn word(self, at: &str, text: &str) -> Result<(), BadOutput> {
        let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let sized = !text.is_empty() && text.len() <= 64;
        self.ensure(allowed && sized, at, "is not a word of lower-case letters, digits and hyphens")
    }

    /// Accepts a list of at most 200 items.
    fn list<T>(self, at: &str, items: &[T]) -> Result<(), BadOutput> {
        self.ensure(items.len() <= LIST_LIMIT, at, &format!("has more than {LIST_LIMIT} items"))
    }

    /// Accepts a list of single lines.
    fn lines(self, at: &str, lines: &[String]) -> Result<(), BadOutput> {
        self.list(at, lines)?;
        lines.iter().enumerate().try_for_each(|(i, line)| self.line(&format!("{at}[{i}]"), line))
    }

    /// Accepts texts none of which occurs twice.
    fn unique<'a>(self, at: &str, texts: impl Iterator<Item = &'a str>) -> Result<(), BadOutput> {
        let mut seen = std::collections::HashSet::new();
        for text in texts {
            self.ensure(seen.insert(text), at, "holds the same one twice")?;
        }
        Ok(())
    }

    /// Accepts a text without a secret in it.
    fn harmless(self, at: &str, text: &str, redactor: &Redactor) -> Result<(), BadOutput> {
        self.ensure(!redactor.finds_in(text), at, HOLDS_SECRET)
    }
}

#[cfg(test)]
mod tests;
