//! Recordings, played as `host-test run` does; outputs held against their schemas.

use super::{Check, Rule};
use crate::har::Recording;
use crate::scenario::{self, Ended, Stopped};

impl Check<'_> {
    /// Plays every recording.
    pub(super) fn recordings(&mut self, recordings: &[Recording]) {
        if recordings.is_empty() {
            self.ledger.not_tried(Rule::Recordings, "none were given; --recordings DIR plays them");
            return;
        }
        let offered = self.connector.operations().unwrap_or_default();
        for recording in recordings {
            self.ledger.tried(Rule::Recordings);
            let at = recording.path.display().to_string();
            let played = scenario::play(self.connector, recording);
            for difference in &played.differences {
                self.ledger.broken(Rule::Recordings, &at, difference);
            }
            match &played.outcome {
                Ok(outcome) => {
                    let Some(called) = &outcome.called else { continue };
                    let Ended::Done(done) = &called.ended else { continue };
                    let schema = offered.iter().find(|operation| operation.id == called.operation);
                    let schema =
                        schema.and_then(|operation| jsonschema::draft202012::new(&operation.output_schema).ok());
                    let output = serde_json::from_str(&done.output).unwrap_or_default();
                    if schema.is_some_and(|schema| !schema.is_valid(&output)) {
                        let what = format!("an output of {} does not fit its own schema", called.operation);
                        self.ledger.broken(Rule::Operations, &at, &what);
                    }
                }
                Err(Stopped::Plugin(error)) => self.ledger.failed(&at, error),
                Err(Stopped::Call(error)) => self.ledger.failed(&at, error),
                Err(stopped @ (Stopped::Replay(_) | Stopped::Run(_))) => {
                    self.ledger.broken(Rule::Recordings, &at, &stopped.to_string());
                }
            }
        }
    }
}
