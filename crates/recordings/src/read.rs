//! Reads recordings.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::har;
use crate::recording::{Exchange, RecordedBody, RecordedRequest, RecordedResponse, Recording};

/// Largest recording to read, in bytes: room for a body above every limit.
pub(crate) const FILE_BYTES: usize = 64 << 20;

/// Why a file is no recording: where, and what to change.
#[derive(Debug, Error)]
#[error("{}{}: {reason}", .path.display(), at(.pointer))]
pub struct HarError {
    /// The file.
    pub path: PathBuf,
    /// JSON Pointer (RFC 6901) to the value; empty for the whole file.
    pub pointer: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Returns the paths of all recordings in a folder and the folders in it, sorted.
/// Links to folders are not followed: they may lead in circles.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "har") {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at {pointer}") }
}

impl Recording {
    /// Reads a recording from a file.
    pub fn read(path: &Path) -> Result<Self, HarError> {
        let fail =
            |pointer: &str, reason: String| HarError { path: path.to_owned(), pointer: pointer.to_owned(), reason };
        let size = fs::metadata(path).map_err(|error| fail("", reason(&error)))?.len();
        if size > FILE_BYTES as u64 {
            return Err(fail("", format!("the file has more than {FILE_BYTES} bytes")));
        }
        Self::parse(path, &fs::read(path).map_err(|error| fail("", reason(&error)))?)
    }

    /// Reads a recording that is or will be in a file, which errors name.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, HarError> {
        let fail =
            |pointer: &str, reason: String| HarError { path: path.to_owned(), pointer: pointer.to_owned(), reason };
        let value: Value =
            serde_json::from_slice(text).map_err(|error| fail("", format!("this is not JSON: {error}")))?;
        check_extensions(&value).map_err(|(pointer, name)| {
            fail(&pointer, format!("`{name}` is not a member that this host knows; `_` members are never ignored"))
        })?;
        let file: har::File = serde_path_to_error::deserialize(value)
            .map_err(|error| fail(&pointer(error.path()), error.inner().to_string()))?;
        Self::of(path, file.log).map_err(|(pointer, reason)| fail(&pointer, reason))
    }

    fn of(path: &Path, log: har::Log) -> Result<Self, (String, String)> {
        if log.version != "1.2" {
            return Err(("/log/version".to_owned(), "only HAR 1.2 is read".to_owned()));
        }
        let clock = OffsetDateTime::parse(&log.clock, &Rfc3339)
            .ok()
            .and_then(|moment| u64::try_from(moment.unix_timestamp()).ok())
            .ok_or_else(|| ("/log/_clock".to_owned(), "this is not a date and time of RFC 3339".to_owned()))?;
        let exchanges = log.entries.into_iter().enumerate().map(|(i, entry)| {
            exchange(entry).map_err(|(pointer, reason)| (format!("/log/entries/{i}{pointer}"), reason))
        });
        Ok(Self {
            path: path.to_owned(),
            name: log.name,
            origin: log.origin,
            source: log.source,
            clock,
            entries: pairs(log.field_entries),
            expect: log.expect,
            scenario: log.scenario,
            exchanges: exchanges.collect::<Result<_, _>>()?,
        })
    }
}

fn exchange(entry: har::Entry) -> Result<Exchange, (String, String)> {
    let time = entry.time.as_f64().filter(|time| (0.0..=86_400_000.0).contains(time));
    let time = time.ok_or(("/time".to_owned(), "this is not a number of milliseconds up to a day".to_owned()))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
    let milliseconds = time as u64;
    let request = RecordedRequest {
        method: entry.request.method,
        url: entry.request.url,
        headers: pairs(entry.request.headers),
        body: entry.request.post_data.map(|data| data.text).unwrap_or_default(),
    };
    let response = match (entry.fault, entry.response.status) {
        (Some(fault), 0) => Err(fault),
        (None, 100..=599) => Ok(self::response(entry.response)?),
        (Some(_), _) => return Err(("/response/status".to_owned(), "with a `_fault` it has to be 0".to_owned())),
        (None, _) => {
            return Err(("/response/status".to_owned(), "this is no status from 100 to 599".to_owned()));
        }
    };
    Ok(Exchange { request, response, milliseconds, blocked: 0, started: None })
}

fn response(response: har::Response) -> Result<RecordedResponse, (String, String)> {
    let har::Content { text, encoding, .. } = response.content;
    let body = match encoding.as_deref() {
        None | Some("") => RecordedBody::Text(text),
        Some("base64") => STANDARD
            .decode(text)
            .map(RecordedBody::Bytes)
            .map_err(|_| ("/response/content/text".to_owned(), "this is not base64".to_owned()))?,
        Some(_) => {
            let reason = "this is not `base64`, the one encoding that HAR names";
            return Err(("/response/content/encoding".to_owned(), reason.to_owned()));
        }
    };
    let mut headers = pairs(response.headers);
    let is = |(given, _): &(String, String), name: &str| given.eq_ignore_ascii_case(name);
    if headers.iter().any(|header| is(header, "content-encoding")) {
        // HAR holds the decoded body; what says otherwise goes, as the contract
        // asks of a host that decodes.
        headers.retain(|header| !is(header, "content-encoding") && !is(header, "content-length"));
    }
    Ok(RecordedResponse { status: response.status, headers, body })
}

fn pairs(pairs: Vec<har::Pair>) -> Vec<(String, String)> {
    pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
}

/// Finds a `_` member that is not known. The contents of `_expect` and `_scenario` are not
/// HAR.
fn check_extensions(file: &Value) -> Result<(), (String, String)> {
    fn walk(value: &Value, pointer: &str, place: Place) -> Result<(), (String, String)> {
        match value {
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                let known = match place {
                    Place::Log => har::LOG_EXTENSIONS.contains(&name.as_str()),
                    Place::Entry => har::ENTRY_EXTENSIONS.contains(&name.as_str()),
                    Place::Elsewhere => false,
                };
                if name.starts_with('_') && !known {
                    return Err((pointer.to_owned(), name.clone()));
                }
                if name == "_expect" || name == "_scenario" {
                    return Ok(());
                }
                let inner = match (pointer, name.as_str()) {
                    ("", "log") => Place::Log,
                    ("/log", "entries") => Place::Entry,
                    _ => Place::Elsewhere,
                };
                walk(member, &format!("{pointer}/{}", escape(name)), inner)
            }),
            Value::Array(items) => {
                items.iter().enumerate().try_for_each(|(i, item)| walk(item, &format!("{pointer}/{i}"), place))
            }
            _ => Ok(()),
        }
    }
    walk(file, "", Place::Elsewhere)
}

#[derive(Clone, Copy)]
enum Place {
    Log,
    Entry,
    Elsewhere,
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escape(key)),
        Segment::Enum { variant } => format!("/{}", escape(variant)),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

/// Writes a member's name as RFC 6901 §3 asks.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "this file may not be read".to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory".to_owned(),
        _ => format!("this file cannot be read ({error})"),
    }
}

#[cfg(test)]
mod tests;
