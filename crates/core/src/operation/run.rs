//! A run: start, then send and resume until there is a result or a download.

use std::sync::Arc;

use crate::cache::GrantedToken;
use crate::connector::{Connector, OperationCall, Opened};
use crate::error::Error;
use crate::functions::Functions;
use crate::guard::BadOutput;
use crate::records::{Download, Failure, Operation, Outcome, Pending, Response, Step};

/// Most responses that one run takes: a day of questions every ten seconds, and as many
/// again. A connector that wants more is going in circles.
const STEPS: u32 = 20_000;

/// An operation under way.
///
/// A shell does what [`action`](Self::action) says and reports the response to
/// [`resume`](Self::resume). Between any two calls the run can be [saved](crate::Saved).
#[derive(Debug)]
pub struct Run {
    pub(super) operation: Operation,
    pub(super) input: String,
    step: Step,
    /// The request that was asked for last: what a run resumes with whose download failed.
    last: Option<Pending>,
    /// Whether the request of the step may have been sent.
    sent: bool,
    steps: u32,
}

/// What a run needs next.
#[derive(Debug)]
pub enum Action<'a> {
    /// Wait as long as it says, then send its request and resume with the response.
    Send(&'a Pending),
    /// Stream this body to the caller; resume with the response if it is no success.
    Download(&'a Download),
    /// Nothing: this is the result.
    Done(&'a Arc<Outcome>),
}

impl Run {
    /// Starts an operation; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the input.
    pub fn start<C: Functions>(
        connector: &Connector<C>,
        opened: &Opened,
        token: Option<&GrantedToken>,
        operation: Operation,
        input: String,
    ) -> Result<Self, Error> {
        let step = connector.start(OperationCall { opened, token, operation: &operation, input: &input })?;
        Ok(Self::at(operation, input, step))
    }

    pub(super) fn at(operation: Operation, input: String, step: Step) -> Self {
        Self { operation, input, step, last: None, sent: false, steps: 0 }
    }

    /// Returns the operation.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Returns the input, which the connector reads at every step.
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Returns what to do next.
    pub fn action(&self) -> Action<'_> {
        match &self.step {
            Step::Send(pending) => Action::Send(pending),
            Step::Download(download) => Action::Download(download),
            Step::Done(outcome) => Action::Done(outcome),
        }
    }

    /// Records that the request is about to be sent: from now on a run whose request must
    /// not be repeated cannot be saved or sent again, until there is a response.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where it may have been sent before and must not be repeated.
    pub fn sending(&mut self) -> Result<(), Error> {
        match &self.step {
            Step::Send(pending) if self.sent && !pending.request.repeatable => Err(undecided().into()),
            _ => {
                self.sent = true;
                Ok(())
            }
        }
    }

    /// Takes the response to the request or download of the current action.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where it ends the operation. The action stays what it was.
    pub fn resume<C: Functions>(
        &mut self,
        connector: &Connector<C>,
        opened: &Opened,
        token: Option<&GrantedToken>,
        response: &Response,
    ) -> Result<(), Error> {
        if self.steps == STEPS {
            return Err(BadOutput::endless(STEPS).into());
        }
        let state = match &self.step {
            Step::Send(pending) => &pending.state,
            Step::Download(download) => &download.state,
            Step::Done(_) => return Ok(()),
        };
        let call = OperationCall { opened, token, operation: &self.operation, input: &self.input };
        let next = connector.resume(call, state, response)?;
        self.steps += 1;
        self.sent = false;
        if let Step::Send(pending) = std::mem::replace(&mut self.step, next) {
            self.last = Some(pending);
        }
        Ok(())
    }

    /// Returns the request to resume with after a restart, and whether it may have been
    /// sent. None: there is none.
    pub(super) fn resumable(&self) -> Option<(&Pending, bool)> {
        match &self.step {
            Step::Send(pending) => Some((pending, self.sent)),
            // A link is not saved: the last request brings one of its own.
            Step::Download(_) => self.last.as_ref().map(|pending| (pending, true)),
            Step::Done(_) => None,
        }
    }
}

/// A run that was cancelled, or failed, while a request was under way.
fn undecided() -> Failure {
    let message = "It is not known whether the last request took effect, and sending it again could do harm.";
    let hint = "Check the effect at the provider; if there is none, run the operation again from the start.";
    Failure::of_host("interrupted", "transient", message, hint)
}
