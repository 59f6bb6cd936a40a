//! Writes recordings.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use tempfile::Builder;
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::form_urlencoded;

use crate::har::{self, Pair};
use crate::placeholder::Placeholder;
use crate::recording::{Exchange, RecordedBody, RecordedRequest, RecordedResponse, Recording};

/// No transport reports the version of HTTP; browsers write the same.
const UNKNOWN_VERSION: &str = "unknown";

impl Recording {
    /// Writes the recording as HAR 1.2. None: a moment is beyond the year 9999.
    pub fn to_text(&self) -> Option<String> {
        let clock = Duration::from_secs(self.clock);
        let mut started = clock;
        let entries = self.exchanges.iter().map(|exchange| {
            let entry = entry(exchange, started);
            started = started.saturating_add(Duration::from_millis(exchange.milliseconds));
            entry
        });
        let log = har::Log {
            version: "1.2".to_owned(),
            creator: har::Creator {
                name: "connector-recordings".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            name: self.name.clone(),
            origin: self.origin,
            source: self.source.clone(),
            clock: moment(clock)?,
            field_entries: pairs(&self.entries),
            expect: self.expect.clone(),
            scenario: self.scenario.clone(),
            sign_in: self.sign_in.clone(),
            entries: entries.collect::<Option<_>>()?,
        };
        serde_json::to_string_pretty(&har::File { log }).ok().map(|text| text + "\n")
    }
}

fn entry(exchange: &Exchange, started: Duration) -> Option<har::Entry> {
    Some(har::Entry {
        started_date_time: moment(started)?,
        time: exchange.milliseconds.into(),
        request: request(&exchange.request),
        response: exchange.response.as_ref().map_or_else(|_| no_response(), response),
        cache: har::Cache {},
        timings: har::Timings { wait: exchange.milliseconds, ..har::Timings::default() },
        fault: exchange.response.as_ref().err().copied(),
    })
}

fn request(request: &RecordedRequest) -> har::Request {
    // Not `Url::parse`: a placeholder in the host is no host name.
    let url = request.url.split('#').next().unwrap_or_default();
    let (_, query) = url.split_once('?').unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes()).into_owned();
    har::Request {
        method: request.method.clone(),
        url: request.url.clone(),
        http_version: UNKNOWN_VERSION.to_owned(),
        cookies: Vec::new(),
        headers: pairs(&request.headers),
        query_string: query.map(|(name, value)| Pair { name, value }).collect(),
        post_data: Some(&request.body).filter(|body| !body.is_empty()).map(|text| har::PostData {
            mime_type: media_type(&request.headers),
            text: text.clone(),
            params: Vec::new(),
        }),
        headers_size: har::UNKNOWN,
        body_size: text_size(&request.body),
    }
}

fn response(response: &RecordedResponse) -> har::Response {
    let mime_type = media_type(&response.headers);
    let (content, body_size) = match &response.body {
        RecordedBody::Text(text) => {
            (har::Content { size: size(text.len()), mime_type, text: text.clone(), encoding: None }, text_size(text))
        }
        RecordedBody::Bytes(bytes) => {
            let (text, encoding) = (STANDARD.encode(bytes), Some("base64".to_owned()));
            (har::Content { size: size(bytes.len()), mime_type, text, encoding }, size(bytes.len()))
        }
    };
    let reason = StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    har::Response {
        status: response.status,
        status_text: reason.unwrap_or_default().to_owned(),
        http_version: UNKNOWN_VERSION.to_owned(),
        headers: pairs(&response.headers),
        content,
        headers_size: har::UNKNOWN,
        body_size,
        ..har::Response::default()
    }
}

fn no_response() -> har::Response {
    har::Response {
        content: har::Content { mime_type: "x-unknown".to_owned(), ..har::Content::default() },
        headers_size: har::UNKNOWN,
        body_size: har::UNKNOWN,
        ..har::Response::default()
    }
}

/// Returns the size of a text, or -1 for unknown: what a placeholder stands for has
/// another length.
fn text_size(text: &str) -> i64 {
    if Placeholder::split(text).is_some() { har::UNKNOWN } else { size(text.len()) }
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(har::UNKNOWN)
}

fn media_type(headers: &[(String, String)]) -> String {
    let given = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    given.map(|(_, value)| value.clone()).unwrap_or_default()
}

fn pairs(pairs: &[(String, String)]) -> Vec<Pair> {
    pairs.iter().map(|(name, value)| Pair { name: name.clone(), value: value.clone() }).collect()
}

/// Spells a moment in UTC, to the millisecond (RFC 3339).
fn moment(since_epoch: Duration) -> Option<String> {
    let nanoseconds = i128::try_from(since_epoch.as_millis()).ok()?.checked_mul(1_000_000)?;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?.format(&Rfc3339).ok()
}

/// Why a file could not be written.
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
