//! The file of a saved operation, and the command that resumes with it.

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use clap::Args;
use connector_core::NotSaved;
use connector_host::{OperationRun, Saved};
use serde_json::json;

use crate::error::{Error, Exit};
use crate::files::{self, Kind, Mode, check_new};
use crate::show;

/// Where an operation is saved, and which one to resume.
#[derive(Debug, Args)]
pub(super) struct Resuming {
    /// Write resume state to this file on failure or cancellation [default: ID.state.json, when cancelled]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Resume an operation from its state file
    #[arg(long, value_name = "FILE")]
    pub(super) resume: Option<PathBuf>,
}

impl Resuming {
    /// Refuses a state file that cannot be written, before anything is sent.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.state.as_ref().map_or(Ok(()), |path| check_new(path, true))
    }

    /// Saves a run that failed, where that was asked for. What to do where it is not known
    /// whether the last request took effect, the failure says.
    pub(super) fn failed(&self, saved: Result<Saved, NotSaved>, json: bool) -> Result<(), Error> {
        let Some(path) = &self.state else { return Ok(()) };
        match saved {
            Ok(saved) if json => write(&saved, path)?,
            Err(NotSaved::Unknown) => {}
            Err(_) if json => {}
            saved => save(saved, path, "failed"),
        }
        Ok(())
    }

    /// Saves a run that was cancelled, and shows how to resume it.
    pub(super) fn cancelled(&self, run: &OperationRun, json: bool) -> Exit {
        let path = self.state.clone().or_else(|| self.resume.clone());
        let path = path.unwrap_or_else(|| format!("{}.state.json", run.operation().id).into());
        if json {
            let saved = run.save().ok().and_then(|saved| write(&saved, &path).ok());
            let shown = saved.map(|()| json!({ "state": path.to_string_lossy(), "command": command(&path) }));
            show::json(&json!({ "cancelled": shown.unwrap_or_else(|| json!({})) }));
        } else {
            save(run.save(), &path, "cancelled");
        }
        Exit::Failed
    }
}

/// Saves a run, and prints how to resume it.
fn save(saved: Result<Saved, NotSaved>, path: &Path, why: &str) {
    let why = show::bad(why);
    show::note(&match saved.map(|saved| write(&saved, path)) {
        Ok(Ok(())) => format!("{why}; resume with\n  {}", command(path)),
        Ok(Err(error)) => format!("{why}; {error}"),
        Err(reason) => format!("{why}; {reason}"),
    });
}

/// Writes a saved operation; one that is there already is replaced.
fn write(saved: &Saved, path: &Path) -> Result<(), Error> {
    let text = serde_json::to_string(saved).map_err(|error| Error::file("write", path, &error.into()))?;
    files::write(path, (text + "\n").as_bytes(), Mode::Private, true)
}

/// Reads a saved operation.
pub(super) fn read(path: &Path) -> Result<Saved, Error> {
    let bytes = files::read(path, Kind::STATE).map_err(|error| match error {
        Error::File { reason, .. } => not_resumed(path, &format!("it cannot be read: {reason}")),
        error => error,
    })?;
    serde_json::from_slice(&bytes)
        .map_err(|_| not_resumed(path, "it is no saved operation of this program, or was changed"))
}

pub(super) fn not_resumed(path: &Path, reason: &str) -> Error {
    Error::Use(format!("cannot resume {}: {reason}", path.display()))
}

/// Returns this command with the saved state in place of operation and input. A secret is
/// never an argument.
fn command(path: &Path) -> String {
    let mut arguments = env::args_os();
    let mut words = vec![arguments.next().unwrap_or_else(|| "host-test".into())];
    while let Some(argument) = arguments.next() {
        match argument.as_bytes() {
            b"--input" | b"--resume" => drop(arguments.next()),
            text if text.starts_with(b"--input=") || text.starts_with(b"--resume=") => {}
            _ => words.push(argument),
        }
    }
    words.extend([OsString::from("--resume"), path.as_os_str().to_owned()]);
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Writes a word as a POSIX shell reads it, without anything that a terminal obeys.
fn quoted(word: OsString) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+%".contains(c);
    match String::from_utf8(word.into_vec()) {
        Ok(word) if !word.is_empty() && word.chars().all(plain) => word,
        Ok(word) if !word.contains('\n') && show::printable(&word) == word => {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
        word => {
            let bytes = word.map_or_else(std::string::FromUtf8Error::into_bytes, String::into_bytes);
            let octal = bytes.iter().fold(String::new(), |text, byte| text + &format!("\\{byte:03o}"));
            format!("\"$(printf '{octal}')\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_every_word_as_it_was() {
        for word in
            [&b"--out"[..], b"", b"it's", b"a b$c`d", b"\xff\xfe", b"\x1b]0;x\x07", "\u{202e}".as_bytes(), b"a\nb"]
        {
            let quoted = quoted(OsString::from_vec(word.to_vec()));
            assert_eq!(show::printable(&quoted), quoted);
            let output = Command::new("sh").arg("-c").arg(format!("printf %s {quoted}")).output().unwrap();
            assert_eq!(output.stdout, word, "{quoted}");
        }
    }
}
