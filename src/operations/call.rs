//! One call of an operation: its connection and input, the requests it makes and
//! what it reads from the answers.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::operation::Operation;
use super::state;
use super::step::{Outcome, Pending, Progress};
use crate::access;
use crate::connection;
use crate::entries::Entries;
use crate::failure::{Failure, FailureCode};
use crate::http::{Header, Request, Response, USER_AGENT};
use crate::json;
use crate::problem::{Problem, ProblemCode};

/// Holds what an operation works with.
pub struct Call<'a> {
    /// Which operation.
    pub operation: &'static Operation,
    /// JSON that its input rule accepts.
    pub input: &'a str,
    /// Root of the API, without a trailing slash.
    pub base_url: String,
}

/// Says whether repeating a request is harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It reads, or leaves the same behind.
    Harmless,
    /// Something would happen twice.
    Never,
}

impl<'a> Call<'a> {
    /// Finds where the settings lead.
    ///
    /// # Errors
    ///
    /// Every problem of the settings.
    pub fn new(operation: &'static Operation, settings: &Entries, input: &'a str) -> Result<Self, Vec<Problem>> {
        let base_url = connection::resolve(settings)?.base_url();
        Ok(Self { operation, input, base_url })
    }

    /// Reads the input, which its rule has accepted.
    ///
    /// # Errors
    ///
    /// A problem where this reader and the rule differ, which a test excludes.
    pub fn input<T: Deserialize<'a>>(&self) -> Result<T, Vec<Problem>> {
        json::object(self.input.as_bytes())
            .map_err(|_| vec![Problem::of_whole(ProblemCode::BadFormat, "The input cannot be read.")])
    }

    /// Reads the input again, to go on with an operation.
    ///
    /// # Errors
    ///
    /// When it is not the one that the operation began with.
    pub fn input_again<T: Deserialize<'a>>(&self) -> Result<T, Failure> {
        json::object(self.input.as_bytes()).map_err(|_| state::foreign())
    }

    /// Builds a request without a body. Path and query are made of what is safe in
    /// them.
    pub fn get(&self, path_and_query: &str) -> Request {
        self.request("GET", path_and_query, Vec::new(), Repeat::Harmless)
    }

    /// Builds a request with a JSON body.
    pub fn post(&self, path: &str, body: &impl Serialize, repeat: Repeat) -> Request {
        // Strings, numbers and lists: nothing in a body can fail to be written.
        self.request("POST", path, serde_json::to_vec(body).unwrap_or_default(), repeat)
    }

    fn request(&self, method: &'static str, path_and_query: &str, body: Vec<u8>, repeat: Repeat) -> Request {
        let mut headers = vec![Header::plain("accept", "application/json")];
        if !body.is_empty() {
            headers.push(Header::plain("content-type", "application/json"));
        }
        headers.push(Header::plain("user-agent", USER_AGENT));
        Request {
            method,
            url: format!("{}{path_and_query}", self.base_url),
            headers,
            body,
            authorized: true,
            repeatable: repeat == Repeat::Harmless,
            timeout: access::TIMEOUT,
            response_limit: access::RESPONSE_LIMIT,
        }
    }

    /// Asks for the only exchange of an operation.
    pub fn only(&self, request: Request) -> Pending {
        let progress = Progress::unknown(format!("{}: waiting for Nexthink", self.operation.title));
        self.next(request, 0, &(), progress)
    }

    /// Asks for the next exchange, in so many seconds, and says where the
    /// operation is.
    pub fn next(&self, request: Request, wait: u32, place: &impl Serialize, progress: Progress) -> Pending {
        Pending { request, wait, state: state::write(self.operation.id, place), progress }
    }
}

impl Request {
    /// Puts a header in place of the one of that name, or adds it.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|header| header.name != name);
        self.headers.push(Header::plain(name, value));
        self
    }
}

impl Outcome {
    /// Ends an operation with everything that was asked for.
    pub(super) fn whole(output: &impl Serialize) -> Self {
        // Strings, numbers, lists and JSON that was read: nothing can fail.
        let output = serde_json::to_string(output).unwrap_or_default();
        Self { output, partial: false, warnings: Vec::new() }
    }

    /// Says that part of it is missing.
    pub(super) fn partial(self, partial: bool) -> Self {
        Self { partial: self.partial || partial, ..self }
    }

    /// Adds what a person should know.
    pub(super) fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds several.
    pub(super) fn warn_all(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}

/// Reads the JSON of a success.
///
/// # Errors
///
/// The failure that the status means, or that the body is not what is documented.
pub fn read<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    access::response(response)?;
    json(response)
}

/// Reads the JSON object of an answer that was found to be a success.
///
/// # Errors
///
/// When the body is not what is documented.
pub fn json<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    let text = text(response)?;
    json::object(text.as_bytes()).map_err(|_| undocumented())
}

fn text(response: &Response) -> Result<&str, Failure> {
    if !response.may_be_json() {
        return Err(malformed("Something other than JSON came back."));
    }
    if response.is_cut_short() {
        return Err(malformed("The answer ends too early."));
    }
    std::str::from_utf8(&response.body).map_err(|_| malformed("The answer is not UTF-8."))
}

fn undocumented() -> Failure {
    malformed("The answer is not in the documented form.")
}

/// Says that an answer cannot be read.
pub fn malformed(message: &str) -> Failure {
    Failure::new(FailureCode::MalformedResponse, message)
        .hint("A proxy on the way can answer in Nexthink's place; otherwise the API has changed.")
}

/// Writes the id of an object in Nexthink with its leading `#`.
pub fn with_hash(id: &str) -> String {
    if id.starts_with('#') { id.to_owned() } else { format!("#{id}") }
}

/// Writes the id as part of a query string, where a raw `#` would end it. The
/// rest of an id needs no encoding.
pub fn in_query(id: &str) -> String {
    format!("%23{}", id.strip_prefix('#').unwrap_or(id))
}

/// Reads a list of objects, each as it stands.
pub fn objects(response: &Response) -> Result<Vec<&RawValue>, Failure> {
    let objects: Vec<&RawValue> = raw(response)?;
    if objects.iter().all(|object| is_object(object)) {
        Ok(objects)
    } else {
        Err(malformed("An item of the answer is no object."))
    }
}

/// Reads an object as it stands.
pub fn object(response: &Response) -> Result<&RawValue, Failure> {
    let object: &RawValue = raw(response)?;
    if is_object(object) { Ok(object) } else { Err(malformed("The answer is no object.")) }
}

/// Reads a list of objects, or the only one.
pub fn one_or_many(response: &Response) -> Result<Vec<&RawValue>, Failure> {
    if response.body.trim_ascii_start().starts_with(b"{") {
        object(response).map(|object| vec![object])
    } else {
        objects(response)
    }
}

/// Reads a success of which parts pass through as they stand.
fn raw<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    access::response(response)?;
    serde_json::from_str(text(response)?).map_err(|_| undocumented())
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}
