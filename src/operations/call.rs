//! A call of an operation: its connection, its input and the requests it builds.

use serde::{Deserialize, Serialize};

use crate::access::API;
use crate::connection;
use crate::entries::Entries;
use crate::failure::Failure;
use crate::http::Request;
use crate::json;
use crate::operations::state;
use crate::operations::step::{Pending, Progress};
use crate::problem::{Problem, ProblemCode};

/// Longest response to such a request, in bytes: a workflow brings the definition of each of
/// its versions.
const LONG_LIMIT: u32 = 16 << 20;

/// A call of an operation.
pub struct Call<'a> {
    /// Id of the operation.
    pub id: &'static str,
    /// Title of the operation.
    pub title: &'static str,
    /// Input, as JSON that its rule accepts.
    pub input: &'a str,
    /// Root URL of the API, without a trailing slash.
    pub base_url: String,
}

/// The consequence of repeating a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing changes: the request reads, or leaves the same state behind.
    Harmless,
    /// Something happens twice.
    Never,
}

impl<'a> Call<'a> {
    /// Creates a call from the settings of a connection.
    ///
    /// # Errors
    ///
    /// Returns every problem of the settings.
    pub fn new(
        id: &'static str,
        title: &'static str,
        settings: &Entries,
        input: &'a str,
    ) -> Result<Self, Vec<Problem>> {
        let base_url = connection::resolve(settings)?.base_url();
        Ok(Self { id, title, input, base_url })
    }

    /// Reads the input, which its rule has accepted.
    ///
    /// # Errors
    ///
    /// Returns a problem where this reader is stricter than the rule, which a test
    /// excludes.
    pub fn input<T: Deserialize<'a>>(&self) -> Result<T, Vec<Problem>> {
        json::object_from_str(self.input)
            .map_err(|_| vec![Problem::of_whole(ProblemCode::BadFormat, "The input cannot be read.")])
    }

    /// Reads the input again, to resume an operation.
    ///
    /// # Errors
    ///
    /// Fails when it is not the input that the operation started with.
    pub fn input_on_resume<T: Deserialize<'a>>(&self) -> Result<T, Failure> {
        json::object_from_str(self.input).map_err(|_| state::mismatch())
    }

    /// Builds a request without a body. The path and query must consist of
    /// characters that need no encoding.
    pub fn get(&self, path_and_query: &str) -> Request {
        self.request("GET", path_and_query, Vec::new(), Repeat::Harmless)
    }

    /// Builds a request for what may be long: a list, which nothing divides into pages, or a
    /// workflow with its definitions.
    pub fn get_long(&self, path_and_query: &str) -> Request {
        Request { response_limit: LONG_LIMIT, ..self.get(path_and_query) }
    }

    /// Builds a request with a JSON body.
    pub fn post(&self, path: &str, body: &impl Serialize, repeat: Repeat) -> Request {
        // A body consists of strings, numbers and lists, which always serialize.
        self.request("POST", path, serde_json::to_vec(body).unwrap_or_default(), repeat)
    }

    fn request(&self, method: &'static str, path_and_query: &str, body: Vec<u8>, repeat: Repeat) -> Request {
        API.request(method, &self.base_url, path_and_query, body, repeat == Repeat::Harmless)
    }

    /// Returns the step that sends the only request of an operation.
    pub fn single_exchange(&self, request: Request) -> Pending {
        let progress = Progress::indeterminate(format!("{}: waiting for Nexthink", self.title));
        self.exchange(request, 0, &(), progress)
    }

    /// Returns the step that sends the next request after `wait` seconds and keeps
    /// the position of the operation.
    pub fn exchange(&self, request: Request, wait: u32, position: &impl Serialize, progress: Progress) -> Pending {
        Pending { request, wait, state: state::write(self.id, position), progress }
    }
}
