//! Answers requests from a recording, in its order.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use super::{SendError, SendFailure, Transport, recorded};
use crate::har::{Difference, Placeholders, RecordedBody, RecordedResponse, Recording, differences};
use crate::model::{Failure, Request, Response};

/// Replays one recording.
pub struct Replay<'a> {
    recording: &'a Recording,
    placeholders: &'a Placeholders,
    next: usize,
    milliseconds: u64,
}

/// Replays one recording for callers of many threads.
pub struct OwnedReplay {
    recording: Recording,
    placeholders: Placeholders,
    /// Number of the next exchange, and milliseconds passed.
    progress: Mutex<(usize, u64)>,
}

impl OwnedReplay {
    /// Begins a replay.
    pub fn new(recording: Recording, placeholders: Placeholders) -> Self {
        Self { recording, placeholders, progress: Mutex::default() }
    }
}

impl Transport for OwnedReplay {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let mut replay = Replay::new(&self.recording, &self.placeholders);
        (replay.next, replay.milliseconds) = *progress;
        let answer = replay.send(request)?;
        *progress = (replay.next, replay.milliseconds);
        answer.map_err(|failure| SendError::Failed(Box::new(failure)))
    }
}

/// Says why a replay cannot go on.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The request is not the recorded one.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// More was sent than was recorded.
    #[error("nothing more was recorded, but {method} {url} was sent")]
    Exhausted {
        /// Its method.
        method: String,
        /// Its URL.
        url: String,
    },
    /// Less was sent than was recorded.
    #[error("{0} recorded exchange(s) were never asked for")]
    Unused(usize),
    /// The recording uses a placeholder that does not exist.
    #[error("the recording uses the placeholder {0}, which does not exist")]
    Placeholder(String),
}

/// Shows what differs between a request and the nearest recorded one.
#[derive(Debug, Error)]
pub struct Mismatch {
    /// Number of the recorded exchange that was due, from 0.
    pub due: usize,
    /// Number of the one that differs least.
    pub nearest: usize,
    /// What differs from that one.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.differences.is_empty() {
            return write!(f, "the request is recorded as exchange {}, but {} was due", self.nearest, self.due);
        }
        write!(f, "the request is not the recorded one (exchange {}):", self.nearest)?;
        for Difference { what, recorded, sent } in &self.differences {
            write!(f, "\n  {what}\n    recorded  {recorded}\n    sent      {sent}")?;
        }
        Ok(())
    }
}

impl<'a> Replay<'a> {
    /// Begins a replay.
    pub fn new(recording: &'a Recording, placeholders: &'a Placeholders) -> Self {
        Self { recording, placeholders, next: 0, milliseconds: 0 }
    }

    /// Answers the request with what was recorded for it. The inner error is a
    /// failure on the way, which is an outcome like any other.
    pub fn send(&mut self, request: &Request) -> Result<Result<Response, Failure>, ReplayError> {
        let Some(exchange) = self.recording.exchanges.get(self.next) else {
            return Err(ReplayError::Exhausted {
                method: request.method.clone(),
                url: self.placeholders.restore(request.url.as_str()),
            });
        };
        let found = self.differences(self.next, request)?;
        if !found.is_empty() {
            return Err(self.nearest(found, request)?.into());
        }
        self.next += 1;
        self.milliseconds += exchange.milliseconds;
        match &exchange.answer {
            Err(fault) => Ok(Err(recorded(*fault, request))),
            Ok(response) => self.response(response, request),
        }
    }

    /// Tells whether nothing is left.
    pub fn is_over(&self) -> bool {
        self.next == self.recording.exchanges.len()
    }

    /// Ends the replay.
    ///
    /// # Errors
    ///
    /// Says how much of the recording was left over.
    pub fn finish(&self) -> Result<(), ReplayError> {
        match self.recording.exchanges.len() - self.next {
            0 => Ok(()),
            unused => Err(ReplayError::Unused(unused)),
        }
    }

    fn response(
        &self,
        recorded: &RecordedResponse,
        request: &Request,
    ) -> Result<Result<Response, Failure>, ReplayError> {
        let fill = |text: &str| self.placeholders.fill(text).map_err(ReplayError::Placeholder);
        let body = match &recorded.body {
            RecordedBody::Text(text) => fill(text)?.into_bytes(),
            RecordedBody::Bytes(bytes) => bytes.clone(),
        };
        if body.len() as u64 > u64::from(request.response_limit) {
            return Ok(Err(SendFailure::TooLarge.failure(request)));
        }
        let headers = recorded.headers.iter();
        let headers = headers.map(|(name, value)| Ok((name.to_ascii_lowercase(), fill(value)?)));
        Ok(Ok(Response {
            status: recorded.status,
            headers: headers.collect::<Result<_, ReplayError>>()?,
            body,
            received_at: self.recording.clock + self.milliseconds / 1000,
        }))
    }

    fn differences(&self, index: usize, request: &Request) -> Result<Vec<Difference>, ReplayError> {
        differences(&self.recording.exchanges[index].request, request, self.placeholders)
            .map_err(ReplayError::Placeholder)
    }

    /// Finds the recorded request that differs least, the one due first.
    fn nearest(&self, due: Vec<Difference>, request: &Request) -> Result<Mismatch, ReplayError> {
        let mut nearest = Mismatch { due: self.next, nearest: self.next, differences: due };
        for index in 0..self.recording.exchanges.len() {
            let differences = self.differences(index, request)?;
            if differences.len() < nearest.differences.len() {
                nearest = Mismatch { nearest: index, differences, ..nearest };
            }
        }
        Ok(nearest)
    }
}

#[cfg(test)]
mod tests;
