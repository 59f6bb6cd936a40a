//! Writes recordings: the other direction of reading them.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use tempfile::Builder;
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::{Url, form_urlencoded};

use super::model::{Fault, Scenario};
use super::stand_in::Placeholder;
use super::{RecordedBody, RecordedExchange, RecordedRequest, RecordedResponse, Recording};

/// Says when an exchange began and how long it had to wait for its turn. The wait
/// is part of the time that the recording gives for the exchange.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Since the Unix epoch.
    pub started: Duration,
    /// Milliseconds since the exchange before.
    pub blocked: u64,
}

/// Writes a recording as HAR 1.2. Exchanges without a moment begin at the
/// recording's clock. None: a moment lies beyond the year 9999.
pub fn to_text(recording: &Recording, moments: &[Moment]) -> Option<String> {
    let clock = Duration::from_secs(recording.clock);
    let moments = moments.iter().copied().chain(std::iter::repeat(Moment { started: clock, blocked: 0 }));
    let entries = recording.exchanges.iter().zip(moments).map(|(exchange, moment)| entry(exchange, moment));
    let log = Log {
        version: "1.2",
        creator: Creator { name: "nexthink-connector", version: env!("CARGO_PKG_VERSION") },
        name: &recording.name,
        origin: recording.origin.as_str(),
        source: &recording.source,
        clock: moment(clock)?,
        entered: pairs(&recording.entered),
        expect: &recording.expect,
        scenario: recording.scenario.as_ref(),
        entries: entries.collect::<Option<_>>()?,
    };
    serde_json::to_string_pretty(&Har { log }).ok().map(|text| text + "\n")
}

#[derive(Serialize)]
struct Har<'a> {
    log: Log<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    version: &'a str,
    creator: Creator,
    #[serde(rename = "_name")]
    name: &'a str,
    #[serde(rename = "_origin")]
    origin: &'a str,
    #[serde(rename = "_source")]
    source: &'a str,
    #[serde(rename = "_clock")]
    clock: String,
    #[serde(rename = "_entered")]
    entered: Vec<Pair<'a>>,
    #[serde(rename = "_expect")]
    expect: &'a Value,
    #[serde(rename = "_scenario", skip_serializing_if = "Option::is_none")]
    scenario: Option<&'a Scenario>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: String,
    time: u64,
    request: Request<'a>,
    response: Response<'a>,
    cache: Cache,
    timings: Timings,
    #[serde(rename = "_fault", skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
}

#[derive(Serialize)]
struct Cache {}

#[derive(Serialize)]
struct Timings {
    #[serde(skip_serializing_if = "is_zero")]
    blocked: u64,
    send: u64,
    wait: u64,
    receive: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    http_version: &'a str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<OwnedPair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
struct OwnedPair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    text: &'a str,
    params: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    status: u16,
    status_text: &'a str,
    http_version: &'a str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: usize,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'a str>,
}

/// No transport says which version of HTTP it spoke; browsers write the same.
const UNKNOWN_VERSION: &str = "unknown";

fn entry(exchange: &RecordedExchange, when: Moment) -> Option<Entry<'_>> {
    let blocked = when.blocked.min(exchange.milliseconds);
    Some(Entry {
        started_date_time: moment(when.started)?,
        time: exchange.milliseconds,
        request: request(&exchange.request),
        response: exchange.answer.as_ref().map_or_else(|_| no_response(), response),
        cache: Cache {},
        timings: Timings { blocked, send: 0, wait: exchange.milliseconds - blocked, receive: 0 },
        fault: exchange.answer.as_ref().err().map(|fault| word(*fault)),
    })
}

fn request(request: &RecordedRequest) -> Request<'_> {
    let mime_type = header(&request.headers, "content-type").unwrap_or_default();
    let query = Url::parse(&request.url).ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes()).into_owned();
    Request {
        method: &request.method,
        url: &request.url,
        http_version: UNKNOWN_VERSION,
        cookies: [],
        headers: pairs(&request.headers),
        query_string: query.map(|(name, value)| OwnedPair { name, value }).collect(),
        post_data: Some(&request.body).filter(|body| !body.is_empty()).map(|text| PostData {
            mime_type,
            text,
            params: [],
        }),
        headers_size: -1,
        body_size: text_size(&request.body),
    }
}

fn response(response: &RecordedResponse) -> Response<'_> {
    let mime_type = header(&response.headers, "content-type").unwrap_or_default();
    let (content, body_size) = match &response.body {
        RecordedBody::Text(text) => {
            (Content { size: text.len(), mime_type, text: Some(text.clone()), encoding: None }, text_size(text))
        }
        RecordedBody::Bytes(bytes) => {
            let text = Some(STANDARD.encode(bytes));
            (Content { size: bytes.len(), mime_type, text, encoding: Some("base64") }, size(bytes.len()))
        }
    };
    Response {
        status: response.status,
        status_text: reason_phrase(response.status),
        http_version: UNKNOWN_VERSION,
        cookies: [],
        headers: pairs(&response.headers),
        content,
        redirect_url: "",
        headers_size: -1,
        body_size,
    }
}

fn no_response() -> Response<'static> {
    Response {
        status: 0,
        status_text: "",
        http_version: "",
        cookies: [],
        headers: Vec::new(),
        content: Content { size: 0, mime_type: "x-unknown", text: None, encoding: None },
        redirect_url: "",
        headers_size: -1,
        body_size: -1,
    }
}

/// Returns the size of a text, or -1 for unknown: what a placeholder stood for
/// had another length.
fn text_size(text: &str) -> i64 {
    if Placeholder::split(text).is_some() { -1 } else { size(text.len()) }
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(-1)
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

fn pairs(pairs: &[(String, String)]) -> Vec<Pair<'_>> {
    pairs.iter().map(|(name, value)| Pair { name, value }).collect()
}

/// Spells a moment in UTC, to the millisecond (RFC 3339).
fn moment(since_epoch: Duration) -> Option<String> {
    let nanoseconds = i128::try_from(since_epoch.as_millis()).ok()?.checked_mul(1_000_000)?;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?.format(&Rfc3339).ok()
}

fn word(fault: Fault) -> &'static str {
    match fault {
        Fault::Dns => "dns",
        Fault::Refused => "refused",
        Fault::Reset => "reset",
        Fault::Timeout => "timeout",
        Fault::Tls => "tls",
    }
}

/// Returns the words of RFC 9110 §15 and RFC 6585. Empty: none known.
fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        207 => "Multi-Status",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

/// Says why a file could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// There is one already, and nobody asked to replace it.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The file system refused.
    #[error("{} cannot be written: {source}", path.display())]
    Io {
        /// Where to.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Writes a file whole or not at all: beside the target first, then renamed. An
/// existing target stays unless `force` is given.
pub fn write_new(path: &Path, text: &str, force: bool) -> Result<(), WriteError> {
    write_through(path, force, |file| file.write_all(text.as_bytes()))
}

fn write_through(path: &Path, force: bool, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), WriteError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Exists(path.to_owned()),
        _ => WriteError::Io { path: path.to_owned(), source },
    };
    // Before anything is written; the rename checks again, for good.
    if !force && path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(path.to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Removed when dropped, so by every return before the rename.
    let mut beside = Builder::new().prefix(".recording-").tempfile_in(folder).map_err(failed)?;
    fill(beside.as_file_mut()).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    let renamed = if force { beside.persist(path) } else { beside.persist_noclobber(path) };
    renamed.map(drop).map_err(|error| failed(error.error))
}

#[cfg(test)]
mod tests;
