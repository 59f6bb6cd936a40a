//! Recordings: HAR 1.2 files with a scenario in `_` members.
//!
//! [`Recording`] is a file read; [`Placeholders`] stand for its secrets. [`Replay`] answers
//! a session's requests from one, [`play`] takes a connector through it and compares the
//! outcome with the expected one. [`Recorder`] makes one of a live session. Nothing here
//! knows a provider: keys of entries come from the recording, and what is secret from the
//! connector's definition.

mod differences;
mod extensions;
mod har;
mod matching;
mod outcome;
mod placeholder;
mod play;
mod read;
mod record;
mod recording;
mod replay;
mod vectors;
mod write;

pub use matching::Difference;
pub use outcome::{Called, Ended, Outcome, ResponseSummary, Sent};
pub use placeholder::{Kind, Placeholder, Placeholders, SignInWord};
pub use play::{Played, Stopped, connect, connected, entries, open, play, sign_in};
pub use read::{HarError, escape, files};
pub use record::{Finding, Leak, Recorder, Refused};
pub use recording::{
    Exchange, Origin, RecordedBody, RecordedFault, RecordedRequest, RecordedResponse, RecordedSignIn, Recording,
    Scenario,
};
pub use replay::{Mismatch, Replay, ReplayError};
pub use vectors::vectors;
pub use write::{WriteError, write_new};
