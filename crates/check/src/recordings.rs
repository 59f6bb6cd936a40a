//! Recordings, played over the host's session; outputs compared with their schemas.

use std::sync::Arc;

use connector_recordings::{Ended, Recording, Stopped, play};
use tokio::time::timeout_at;

use crate::check::Check;
use crate::report::Rule;

impl Check {
    /// Plays every recording.
    pub(crate) async fn recordings(&mut self, recordings: &[Arc<Recording>]) {
        if recordings.is_empty() {
            self.findings.not_tried(Rule::Recordings, "none were given; --recordings DIR plays them");
        }
        for recording in recordings {
            self.findings.tried(Rule::Recordings);
            let at = recording.path.display().to_string();
            let playing = play(&self.connector, recording);
            let Ok(played) = timeout_at(self.deadline().into(), playing).await else { return };
            for difference in &played.differences {
                self.findings.broken(Rule::Recordings, &at, difference);
            }
            match &played.outcome {
                Ok(outcome) => {
                    let Some(called) = &outcome.called else { continue };
                    let Ended::Done(done) = &called.ended else { continue };
                    let output = serde_json::from_str(&done.output).unwrap_or_default();
                    let schema = self.output_schemas.get(&called.operation);
                    if schema.is_some_and(|schema| !schema.is_valid(&output)) {
                        let what = format!("an output of {} does not fit its own schema", called.operation);
                        self.findings.broken(Rule::Operations, &at, &what);
                    }
                }
                Err(Stopped::Connector(error)) => self.findings.failed(&at, error),
                Err(stopped @ (Stopped::Replay(_) | Stopped::Host(_))) => {
                    self.findings.broken(Rule::Recordings, &at, &stopped.to_string());
                }
            }
        }
    }
}
