//! Answers a session's requests from a recording, in its order.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector_core::Fault;
use connector_host::records::{Context, Purpose, Request, Response};
use connector_host::{BoxFuture, Clock, ContextSource, Error, Incoming, Options, Policy, SendError, Transport};
use thiserror::Error as ThisError;

use crate::matching::{Difference, differences};
use crate::outcome::{ResponseSummary, Sent};
use crate::placeholder::{Placeholders, nonce};
use crate::read::shortened;
use crate::recording::{RecordedBody, RecordedResponse, Recording};

/// The replay of one recording: a transport, and the clock by which it was recorded.
pub struct Replay {
    recording: Arc<Recording>,
    placeholders: Arc<Placeholders>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// Number of the next exchange.
    next: usize,
    milliseconds: u64,
    sent: Vec<Sent>,
    /// How many contexts a session has had.
    contexts: u64,
    /// Why the replay cannot go on. It is kept, for a session may have a failure of its own
    /// to report.
    stopped: Option<Arc<ReplayError>>,
}

/// Why a replay cannot go on.
#[derive(Debug, ThisError)]
pub enum ReplayError {
    /// The request is not the recorded one.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// More was sent than was recorded.
    #[error("nothing more was recorded, but {method} {} was sent", shortened(url))]
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
    #[error("the recording uses the placeholder {}, which does not exist", shortened(.0))]
    Placeholder(String),
}

/// What a replay has for a request.
enum Answer {
    Response(Response),
    Fault(Fault),
    /// Nothing: the request does not fit.
    Stopped(ReplayError),
}

/// What differs between a request and the nearest recorded one.
#[derive(Debug, ThisError)]
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
            let (recorded, sent) = (shortened(recorded), shortened(sent));
            write!(f, "\n  {what}\n    recorded  {recorded}\n    sent      {sent}")?;
        }
        Ok(())
    }
}

impl Replay {
    /// Begins a replay.
    pub fn new(recording: Arc<Recording>, placeholders: Arc<Placeholders>) -> Arc<Self> {
        Arc::new(Self { recording, placeholders, progress: Mutex::default() })
    }

    /// Returns how a session is opened over the replay: by its clock, and with a policy
    /// that sends once.
    pub fn options(self: &Arc<Self>) -> Options {
        Options {
            policy: Policy::once(),
            clock: Arc::clone(self) as Arc<dyn Clock>,
            contexts: Arc::clone(self) as Arc<dyn ContextSource>,
            store: None,
        }
    }

    /// Returns the recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Returns the placeholders of the recording.
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// Returns whether no exchange is left.
    pub fn is_over(&self) -> bool {
        self.progress().next == self.recording.exchanges.len()
    }

    /// Ends the replay and returns what was sent.
    ///
    /// # Errors
    ///
    /// Why the recording does not fit, or how much of it is left over.
    pub fn finish(&self) -> Result<Vec<Sent>, Arc<ReplayError>> {
        let mut progress = self.progress();
        if let Some(stopped) = progress.stopped.take() {
            return Err(stopped);
        }
        match self.recording.exchanges.len() - progress.next {
            0 => Ok(std::mem::take(&mut progress.sent)),
            unused => Err(Arc::new(ReplayError::Unused(unused))),
        }
    }

    /// Returns what was recorded for a request.
    fn answer(&self, request: &Request) -> Answer {
        self.recorded(request).unwrap_or_else(Answer::Stopped)
    }

    fn recorded(&self, request: &Request) -> Result<Answer, ReplayError> {
        let mut progress = self.progress();
        let Some(exchange) = self.recording.exchanges.get(progress.next) else {
            return Err(ReplayError::Exhausted {
                method: request.method.clone(),
                url: self.placeholders.restore(request.url.as_str()),
            });
        };
        let found = self.differences(progress.next, request)?;
        if !found.is_empty() {
            return Err(self.nearest(progress.next, found, request)?.into());
        }
        progress.next += 1;
        progress.milliseconds += exchange.milliseconds;
        let received_at = self.recording.clock + progress.milliseconds / 1000;
        let answer = match &exchange.response {
            Err(fault) => Answer::Fault(fault.fault(request.timeout)),
            Ok(response) => Answer::Response(self.response(response, received_at)?),
        };
        // The rest of a link is a secret while it is valid; a signed request may have one in its
        // query.
        let url = match request.purpose {
            Purpose::Download => format!("https://{}/…", request.host()),
            Purpose::Token | Purpose::Api => self.placeholders.restore(request.url.as_str()),
        };
        let response = match &answer {
            Answer::Response(response) => Some(ResponseSummary::new(response, &self.placeholders)),
            _ => None,
        };
        progress.sent.push(Sent { method: request.method.clone(), url, response });
        Ok(answer)
    }

    fn response(&self, recorded: &RecordedResponse, received_at: u64) -> Result<Response, ReplayError> {
        let fill = |text: &str| self.placeholders.fill(text).map_err(ReplayError::Placeholder);
        let headers = recorded.headers.iter();
        let headers = headers.map(|(name, value)| Ok((name.to_ascii_lowercase(), fill(value)?)));
        let body = match &recorded.body {
            RecordedBody::Text(text) => fill(text)?.into(),
            RecordedBody::Bytes(bytes) => bytes.clone().into(),
        };
        let headers = headers.collect::<Result<_, ReplayError>>()?;
        Ok(Response { status: recorded.status, headers, body, received_at })
    }

    fn differences(&self, index: usize, request: &Request) -> Result<Vec<Difference>, ReplayError> {
        differences(&self.recording.exchanges[index].request, request, &self.placeholders)
            .map_err(ReplayError::Placeholder)
    }

    /// Finds the recorded request that differs least, the one due first.
    fn nearest(&self, due: usize, found: Vec<Difference>, request: &Request) -> Result<Mismatch, ReplayError> {
        let mut nearest = Mismatch { due, nearest: due, differences: found };
        for index in 0..self.recording.exchanges.len() {
            let differences = self.differences(index, request)?;
            if differences.len() < nearest.differences.len() {
                nearest = Mismatch { nearest: index, differences, ..nearest };
            }
        }
        Ok(nearest)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // Every change is whole before anything can panic.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Replay {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let answer = self.answer(&request);
        Box::pin(async move {
            match answer {
                Answer::Response(response) => Ok(Incoming::whole(response)),
                Answer::Fault(fault) => Err(fault.into()),
                Answer::Stopped(error) => {
                    let error = Arc::new(error);
                    self.progress().stopped = Some(Arc::clone(&error));
                    Err(SendError::Other(error))
                }
            }
        })
    }
}

/// The time of the recording, and random bytes that a recording can name.
impl ContextSource for Replay {
    fn context(&self) -> Result<Context, Error> {
        let mut progress = self.progress();
        progress.contexts += 1;
        let now = self.recording.clock + progress.milliseconds / 1000;
        Ok(Context { now, nonce: nonce(progress.contexts) })
    }
}

impl Clock for Replay {
    fn now(&self) -> Duration {
        Duration::from_millis(self.progress().milliseconds)
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        // What was waited for is part of the recorded times.
        Box::pin(async {})
    }

    fn passed(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

#[cfg(test)]
mod tests;
