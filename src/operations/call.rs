//! One call of an operation: its connection, its input and the requests it makes.

use serde::{Deserialize, Serialize};

use crate::access;
use crate::connection;
use crate::entries::Entries;
use crate::failure::Failure;
use crate::http::{Header, Request, USER_AGENT};
use crate::json;
use crate::operations::state;
use crate::operations::step::{Pending, Progress};
use crate::problem::{Problem, ProblemCode};

/// Holds what an operation works with.
pub struct Call<'a> {
    /// Id of the operation.
    pub id: &'static str,
    /// Title of the operation.
    pub title: &'static str,
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
        let progress = Progress::unknown(format!("{}: waiting for Nexthink", self.title));
        self.next(request, 0, &(), progress)
    }

    /// Asks for the next exchange, in so many seconds, and says where the
    /// operation is.
    pub fn next(&self, request: Request, wait: u32, place: &impl Serialize, progress: Progress) -> Pending {
        Pending { request, wait, state: state::write(self.id, place), progress }
    }
}
