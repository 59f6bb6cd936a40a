//! A run: start, then send and resume until there is a result or a download.

use std::sync::Arc;

use crate::connector::{Connector, Opened, OperationCall};
use crate::error::Error;
use crate::functions::Functions;
use crate::granted::GrantedToken;
use crate::guard::BadOutput;
use crate::records::{Download, Failure, Operation, Outcome, Pending, Recovery, Response, Step};

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
    Failure::of_host("interrupted", Recovery::RetryIfRepeatable(None), message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NotSaved;
    use crate::raw;
    use crate::testing::Fixed;
    use crate::testing::{connector, download, opened, outcome, pending, response, with_steps};

    fn start(connector: &Connector<Fixed>, opened: &Opened) -> Run {
        let operation = connector.operations().unwrap()[0].clone();
        Run::start(connector, opened, None, operation, "{}".to_owned()).unwrap()
    }

    #[test]
    fn an_operation_without_an_end_is_ended() {
        let connector = connector();
        let opened = opened(&connector);
        let mut run = start(&connector, &opened);
        for _ in 0..STEPS {
            run.resume(&connector, &opened, None, &response(200)).unwrap();
        }
        let error = run.resume(&connector, &opened, None, &response(200)).unwrap_err().to_string();
        assert!(error.ends_with("asks for more than 20000 requests in one operation"), "{error}");
    }

    #[test]
    fn an_input_beyond_the_limit_is_refused_without_a_call() {
        let connector = with_steps(|| panic!("the connector is called"));
        let opened = opened(&connector);
        let operation = connector.operations().unwrap()[0].clone();
        match Run::start(&connector, &opened, None, operation, "x".repeat(101)) {
            Err(Error::Refused(problems)) => assert_eq!(problems[0].code, "too-long"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_that_may_have_been_sent_is_saved_and_sent_again_only_if_it_is_repeatable() {
        for (connector, repeatable) in [(connector(), true), (with_steps(|| raw::Step::Send(pending(false))), false)] {
            let opened = opened(&connector);
            let mut run = start(&connector, &opened);
            let saved = |run: &Run| run.save(connector.definition(), &opened).err();
            assert_eq!(saved(&run), None);
            run.sending().unwrap();
            assert_eq!(saved(&run), (!repeatable).then_some(NotSaved::Unknown));
            match run.sending() {
                Ok(()) => assert!(repeatable),
                Err(Error::Failed(failure)) => assert_eq!((failure.code.as_str(), repeatable), ("interrupted", false)),
                Err(error) => panic!("{error}"),
            }
            run.resume(&connector, &opened, None, &response(200)).unwrap();
            assert_eq!(saved(&run), None, "the next request was not sent yet");
            run.sending().unwrap();
        }
    }

    #[test]
    fn a_run_without_a_request_to_resume_with_is_not_saved() {
        for next in [(|| raw::Step::Done(outcome())) as fn() -> raw::Step, || raw::Step::Download(download())] {
            let connector = with_steps(next);
            let opened = opened(&connector);
            let run = start(&connector, &opened);
            assert_eq!(run.save(connector.definition(), &opened).err(), Some(NotSaved::Nothing));
        }
    }
}
