//! Requests to the API: those of operations, and those to any path that a caller names.

use crate::http::{Header, Request};
use crate::problem::{Problem, ProblemCode};

/// Longest path and query, in bytes: what servers commonly accept.
const MAX_PATH: usize = 8 * 1024;

/// Methods to accept: those that HTTP semantics define for resources.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Headers that the host or the transport sets.
const RESERVED: [&str; 13] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The API of a provider.
#[derive(Debug)]
pub struct Api {
    /// Value of the `user-agent` header.
    pub user_agent: &'static str,
    /// Headers, beside `authorization`, that present the credential; in lower case.
    pub credential_headers: &'static [&'static str],
    /// A path, for a hint.
    pub example: &'static str,
    /// What a person may have meant by a `#` in a path, for a hint.
    pub number_sign: &'static str,
    /// Seconds to wait for a response.
    pub timeout: u32,
    /// Longest response to accept, in bytes.
    pub response_limit: u32,
}

/// A call to the API, as the caller describes it.
#[derive(Debug)]
pub struct Call {
    /// Method in upper case.
    pub method: String,
    /// Path and query; begins with a slash.
    pub path_and_query: String,
    /// Pairs of name and value; names in any case.
    pub headers: Vec<(String, String)>,
    /// Empty: no body.
    pub body: Vec<u8>,
}

impl Api {
    /// Builds a request without a body. The path and query must consist of characters
    /// that need no encoding.
    pub fn get(&self, base_url: &str, path_and_query: &str) -> Request {
        self.request("GET", base_url, path_and_query, Vec::new(), true)
    }

    /// Builds a request with a JSON body, or without one if it is empty. The path and
    /// query must consist of characters that need no encoding.
    pub fn request(
        &self,
        method: &'static str,
        base_url: &str,
        path_and_query: &str,
        body: Vec<u8>,
        repeatable: bool,
    ) -> Request {
        let mut headers = Vec::new();
        self.add_defaults(&mut headers, !body.is_empty());
        self.with(method, format!("{base_url}{path_and_query}"), headers, body, repeatable)
    }

    /// Builds a request to a path of the API, which it cannot leave. It is repeatable if
    /// its method only reads (RFC 9110 §9.2.1).
    ///
    /// Adds `accept`, `content-type` and `user-agent` where they are missing.
    ///
    /// # Errors
    ///
    /// Returns every problem at once: those of the settings, from which the root URL of
    /// the API comes, and those of the call with a JSON Pointer to the argument
    /// (`/method`, `/path-and-query`, `/headers/0`, `/body`).
    pub fn call(&self, base_url: Result<String, Vec<Problem>>, call: Call) -> Result<Request, Vec<Problem>> {
        let mut problems = Vec::new();
        let base_url = base_url.map_err(|found| problems.extend(found)).ok();
        let method = METHODS.into_iter().find(|method| *method == call.method);
        if method.is_none() {
            problems.push(
                Problem::at("/method", ProblemCode::NotAnOption, "This is not a method that the API knows.")
                    .hint("The methods are GET, HEAD, POST, PUT, PATCH and DELETE, in upper case."),
            );
        }
        let path = self.path(&call.path_and_query).map_err(|problem| problems.push(problem)).ok();
        let headers = self.headers(&call, &mut problems);
        let reads = matches!(method, Some("GET" | "HEAD"));
        if reads && !call.body.is_empty() {
            problems.push(Problem::at("/body", ProblemCode::Contradiction, "A request with this method has no body."));
        }
        match (base_url, method, path) {
            (Some(base_url), Some(method), Some(path)) if problems.is_empty() => {
                Ok(self.with(method, format!("{base_url}{path}"), headers, call.body, reads))
            }
            _ => Err(problems),
        }
    }

    fn with(
        &self,
        method: &'static str,
        url: String,
        headers: Vec<Header>,
        body: Vec<u8>,
        repeatable: bool,
    ) -> Request {
        let (timeout, response_limit) = (self.timeout, self.response_limit);
        Request { method, url, headers, body, authorized: true, repeatable, timeout, response_limit }
    }

    /// Validates path and query and returns them as the URL Standard would write them.
    fn path(&self, text: &str) -> Result<String, Problem> {
        let fail =
            |message: &str, hint: &str| Err(Problem::at("/path-and-query", ProblemCode::BadFormat, message).hint(hint));
        if text.len() > MAX_PATH {
            let message = format!("Path and query are longer than {MAX_PATH} bytes.");
            return Err(Problem::at("/path-and-query", ProblemCode::TooLong, message));
        }
        if text.contains(char::is_control) {
            let message = "The path contains a control character.";
            return Err(Problem::at("/path-and-query", ProblemCode::ControlCharacter, message));
        }
        if text.contains('#') {
            return fail("A raw # ends the path.", &format!("Write %23 for {}.", self.number_sign));
        }
        if !text.starts_with('/') {
            return fail(
                "The path does not begin with a slash.",
                &format!("Give the path alone, such as {}.", self.example),
            );
        }
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        if path.as_bytes().windows(2).any(|pair| pair == b"//") || path.contains('\\') {
            return fail("The path contains an empty segment or a backslash.", "Separate segments by one slash.");
        }
        let allowed = |text: &str, more: &[u8]| {
            text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&b) || more.contains(&b))
        };
        if !allowed(path, b"") || !query.is_none_or(|query| allowed(query, b"?")) {
            return fail("The path contains a character that has to be encoded.", "Percent-encode it as UTF-8.");
        }
        let Some(segments) = decoded(path) else {
            return fail("A % is not followed by two hexadecimal digits.", "Write %25 for a percent sign.");
        };
        if query.is_some_and(|query| decoded(query).is_none()) {
            return fail("A % is not followed by two hexadecimal digits.", "Write %25 for a percent sign.");
        }
        let leaves = segments.iter().any(|segment| {
            matches!(segment.as_slice(), b"." | b"..")
                || segment.iter().any(|b| b"/\\".contains(b) || b.is_ascii_control())
        });
        if leaves {
            return fail(
                "The path contains a segment that could lead elsewhere.",
                "Leave out dot segments, encoded slashes and control characters.",
            );
        }
        // The URL Standard's parser encodes the apostrophe in queries, and a host
        // compares with its result.
        Ok(query.map_or_else(|| path.to_owned(), |query| format!("{path}?{}", query.replace('\'', "%27"))))
    }

    fn headers(&self, call: &Call, problems: &mut Vec<Problem>) -> Vec<Header> {
        let mut headers: Vec<Header> = Vec::new();
        for (i, (name, value)) in call.headers.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            let mut fail = |message: &str| {
                problems.push(Problem::at(format!("/headers/{i}"), ProblemCode::BadFormat, message));
            };
            let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            if name.is_empty() || !name.bytes().all(token) {
                fail("This is not the name of a header.");
            } else if RESERVED.iter().chain(self.credential_headers).any(|reserved| *reserved == name) {
                fail("This header is set by the host.");
            } else if !value.bytes().all(|b| b.is_ascii_graphic() || b == b' ' || b == b'\t') || value.trim() != value {
                fail("A header cannot carry this value.");
            } else if headers.iter().any(|given| given.name == name) {
                fail("This header is there twice.");
            } else {
                headers.push(Header::plain(name, value));
            }
        }
        self.add_defaults(&mut headers, !call.body.is_empty());
        headers
    }

    /// Adds the headers that every request has, where they are missing.
    fn add_defaults(&self, headers: &mut Vec<Header>, has_body: bool) {
        let mut default = |name: &'static str, value: &str| {
            if headers.iter().all(|given| given.name != name) {
                headers.push(Header::plain(name, value));
            }
        };
        default("accept", "application/json");
        if has_body {
            default("content-type", "application/json");
        }
        default("user-agent", self.user_agent);
    }
}

/// Decodes the segments of a path. `None` when a percent sign is not followed by
/// two hexadecimal digits.
fn decoded(path: &str) -> Option<Vec<Vec<u8>>> {
    let segment = |segment: &str| {
        let mut bytes = segment.bytes();
        let mut decoded = Vec::new();
        while let Some(byte) = bytes.next() {
            let digit = |b: Option<u8>| char::from(b?).to_digit(16);
            decoded.push(if byte == b'%' {
                u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?
            } else {
                byte
            });
        }
        Some(decoded)
    };
    path.split('/').map(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: Api = Api {
        user_agent: "acme-connector/1.0.0",
        credential_headers: &["x-acme-key"],
        example: "/v1/things",
        number_sign: "the # of a thing",
        timeout: 30,
        response_limit: 1024,
    };

    fn call(method: &str, path_and_query: &str, headers: &[(&str, &str)]) -> Result<Request, Vec<Problem>> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (method, path_and_query) = (method.to_owned(), path_and_query.to_owned());
        API.call(Ok("https://api.acme.example".to_owned()), Call { method, path_and_query, headers, body: Vec::new() })
    }

    #[test]
    fn a_header_that_presents_the_credential_is_set_by_the_host_alone() {
        for name in ["x-acme-key", "X-Acme-Key", "Authorization"] {
            let problems = call("GET", "/v1/things", &[(name, "x")]).unwrap_err();
            let found: Vec<_> = problems.iter().map(|problem| (problem.field.as_deref(), problem.code)).collect();
            assert_eq!(found, [(Some("/headers/0"), ProblemCode::BadFormat)], "{name}");
        }
        assert!(call("GET", "/v1/things", &[("x-acme-other", "x")]).is_ok());
    }

    #[test]
    fn hints_speak_of_the_providers_own_paths() {
        let hint = |path| call("GET", path, &[]).unwrap_err().remove(0).hint;
        assert_eq!(hint("v1").as_deref(), Some("Give the path alone, such as /v1/things."));
        assert_eq!(hint("/v1#2").as_deref(), Some("Write %23 for the # of a thing."));
    }

    #[test]
    fn only_methods_that_read_are_repeatable() {
        for (method, repeatable) in [("GET", true), ("HEAD", true), ("POST", false), ("PUT", false), ("DELETE", false)]
        {
            assert_eq!(call(method, "/v1/things", &[]).unwrap().repeatable, repeatable, "{method}");
        }
    }
}
