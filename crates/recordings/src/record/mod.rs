//! Records what goes over a transport, for others to replay: nothing that is known to be
//! secret is in what it writes, and nothing that looks it, or nothing is written.
//!
//! 1. [`Recorder`] keeps every exchange as it is.
//! 2. `known` collects the values of the connection; `redaction` puts placeholders in
//!    their place.
//! 3. `scan` reads the finished text once more, in every encoding (`views`), and refuses it
//!    if anything known is left or anything looks secret (`shapes`).

mod finder;
mod known;
mod log;
mod recorder;
mod redaction;
mod refused;
mod scan;
mod shapes;
mod subject;
mod views;

pub use recorder::Recorder;
pub use refused::{Finding, Leak, Refused};

#[cfg(test)]
mod tests;
