//! Records what goes over a transport, for others to replay. Where anything secret would be
//! left, nothing is written: the secrets of the connection in any encoding and case, eight
//! characters of one in a row, and what looks like a token or a signed link.
//!
//! Of what is personal only e-mail addresses and Windows security identifiers are found. The
//! names of people, accounts and devices look like any other words, and so do postal
//! addresses: whoever records reads the file before it is passed on.
//!
//! 1. [`Recorder`] keeps every exchange as it is.
//! 2. `known` collects the values of the connection; `redaction` puts placeholders in
//!    their place.
//! 3. `scan` reads the finished text once more, in every encoding, and refuses it
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

pub use recorder::Recorder;
pub use refused::{Finding, Leak, Refused};

#[cfg(test)]
mod tests;
