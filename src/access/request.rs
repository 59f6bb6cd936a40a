//! Building a request to any path of the API.

use crate::connection;
use crate::entries::Entries;
use crate::http::{Header, Request, USER_AGENT};
use crate::problem::{Problem, ProblemCode};

/// Seconds to wait for a response: saved queries may take minutes, and public
/// clients wait 60 to 300.
pub const TIMEOUT: u32 = 120;

/// Longest response to accept, in bytes. The longest documented one, 1,000 rows of
/// a query, stays below; exports are downloaded past the component.
pub const RESPONSE_LIMIT: u32 = 4 << 20;

/// Longest path and query, in bytes: what servers commonly accept.
const MAX_PATH: usize = 8 * 1024;

/// Methods to accept: those of the Nexthink API, and those that HTTP semantics pair
/// with them.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Headers that the host, the transport or the access token set.
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

/// Builds a request to a path of the API, which it cannot leave.
///
/// Adds `accept`, `content-type` and `user-agent` where they are missing.
///
/// # Errors
///
/// Returns every problem at once: those of the settings, and those of the call with
/// a JSON Pointer to the argument (`/method`, `/path-and-query`, `/headers/0`,
/// `/body`).
pub fn request(settings: &Entries, call: Call) -> Result<Request, Vec<Problem>> {
    let mut problems = Vec::new();
    let connection = connection::resolve(settings).map_err(|found| problems.extend(found)).ok();
    let method = METHODS.into_iter().find(|method| *method == call.method);
    if method.is_none() {
        problems.push(
            Problem::at("/method", ProblemCode::NotAnOption, "This is not a method that the API knows.")
                .hint("The methods are GET, HEAD, POST, PUT, PATCH and DELETE, in upper case."),
        );
    }
    let path = path(&call.path_and_query).map_err(|problem| problems.push(problem)).ok();
    let headers = headers(&call, &mut problems);
    if matches!(method, Some("GET" | "HEAD")) && !call.body.is_empty() {
        problems.push(Problem::at("/body", ProblemCode::Contradiction, "A request with this method has no body."));
    }
    match (connection, method, path) {
        (Some(connection), Some(method), Some(path)) if problems.is_empty() => Ok(Request {
            method,
            url: format!("{}{path}", connection.base_url()),
            headers,
            body: call.body,
            authorized: true,
            repeatable: repeatable(method, &path),
            timeout: TIMEOUT,
            response_limit: RESPONSE_LIMIT,
        }),
        _ => Err(problems),
    }
}

/// Returns whether sending again is harmless: reading is (RFC 9110 §9.2.1), and so
/// is running a saved query, which is a POST. Nexthink documents no other request
/// as such.
fn repeatable(method: &str, path: &str) -> bool {
    let query = ["/api/v1/nql/execute", "/api/v2/nql/execute"].contains(&path);
    matches!(method, "GET" | "HEAD") || (method == "POST" && query)
}

/// Validates path and query and returns them as the URL Standard would write them.
fn path(text: &str) -> Result<String, Problem> {
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
        return fail("A raw # ends the path.", "Write %23 for the # of a query id.");
    }
    if !text.starts_with('/') {
        return fail("The path does not begin with a slash.", "Give the path alone, such as /api/v1/workflows.");
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
    let Some(decoded) = decoded(path) else {
        return fail("A % is not followed by two hexadecimal digits.", "Write %25 for a percent sign.");
    };
    if query.is_some_and(|query| self::decoded(query).is_none()) {
        return fail("A % is not followed by two hexadecimal digits.", "Write %25 for a percent sign.");
    }
    let leaves = decoded.iter().any(|segment| {
        matches!(segment.as_slice(), b"." | b"..") || segment.iter().any(|b| b"/\\".contains(b) || b.is_ascii_control())
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

fn headers(call: &Call, problems: &mut Vec<Problem>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for (i, (name, value)) in call.headers.iter().enumerate() {
        let name = name.to_ascii_lowercase();
        let mut fail = |message: &str| {
            problems.push(Problem::at(format!("/headers/{i}"), ProblemCode::BadFormat, message));
        };
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            fail("This is not the name of a header.");
        } else if RESERVED.contains(&name.as_str()) {
            fail("This header is set by the host.");
        } else if !value.bytes().all(|b| b.is_ascii_graphic() || b == b' ' || b == b'\t') || value.trim() != value {
            fail("A header cannot carry this value.");
        } else if headers.iter().any(|given| given.name == name) {
            fail("This header is there twice.");
        } else {
            headers.push(Header::plain(name, value));
        }
    }
    let mut default = |name: &'static str, value: &str| {
        if headers.iter().all(|given| given.name != name) {
            headers.push(Header::plain(name, value));
        }
    };
    default("accept", "application/json");
    if !call.body.is_empty() {
        default("content-type", "application/json");
    }
    default("user-agent", USER_AGENT);
    headers
}
