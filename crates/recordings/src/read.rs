//! Reads recordings.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeSeed;
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::extensions::Known;
use crate::har;
use crate::recording::{Exchange, RecordedBody, RecordedRequest, RecordedResponse, Recording};

/// Largest recording to read, in bytes: eighty times the longest fixture. The tree of an
/// expected outcome takes up to forty times its text, so that is some 300 MB at most.
pub(crate) const FILE_BYTES: usize = 8 << 20;

/// Longest part of a file to show in an error, in characters: some lines of a terminal.
const SHOWN: usize = 300;

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
    /// Reads a recording from a file, a regular one of at most 8 MiB.
    pub fn read(path: &Path) -> Result<Self, HarError> {
        let fail = |reason: String| HarError { path: path.to_owned(), pointer: String::new(), reason };
        // A pipe may have no writer, and opening it would wait for one.
        if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            return Err(fail("this is a pipe or a device; a recording is a regular file".to_owned()));
        }
        let mut text = Vec::new();
        // A length that is asked for first is that of another moment.
        let read = File::open(path).and_then(|file| file.take(FILE_BYTES as u64 + 1).read_to_end(&mut text));
        read.map_err(|error| fail(reason(&error)))?;
        Self::parse(path, &text)
    }

    /// Reads a recording that is or will be in a file, which errors name.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, HarError> {
        let fail = |(pointer, reason): (String, String)| HarError {
            path: path.to_owned(),
            pointer: shortened(&pointer),
            reason: shortened(&reason),
        };
        if text.len() > FILE_BYTES {
            return Err(fail((String::new(), format!("the file has more than {FILE_BYTES} bytes"))));
        }
        let mut reader = serde_json::Deserializer::from_slice(text);
        let known = Known::File.deserialize(&mut reader).and_then(|()| reader.end());
        known.map_err(|error| fail(misfit(text, Known::File, &error)))?;
        let file: Result<har::File, _> = serde_json::from_slice(text);
        let file = file.map_err(|error| fail(misfit(text, PhantomData::<har::File>, &error)))?;
        Self::of(path, file.log).map_err(fail)
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
            sign_in: log.sign_in,
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
    Ok(Exchange { request, response, milliseconds })
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

/// Returns where a text is not what was to be read, and why. Only then is the place
/// followed: a path for every value would cost more than reading them.
fn misfit<'de>(text: &'de [u8], seed: impl DeserializeSeed<'de>, error: &serde_json::Error) -> (String, String) {
    if !error.is_data() {
        return (String::new(), format!("this is not JSON: {error}"));
    }
    let mut track = serde_path_to_error::Track::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    drop(seed.deserialize(serde_path_to_error::Deserializer::new(&mut reader, &mut track)));
    // The pointer shows the place.
    let (reason, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
    (pointer(&track.path()), reason.strip_suffix(&place).unwrap_or(&reason).to_owned())
}

/// Cuts a text that a file gives for one to show to people.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
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
