//! Judges any component of the contract for its author: what a host relies on, tried out
//! rule by rule.
//!
//! 1. [`judge`] loads the component, on a thread of its own and within a limit of time. Every call is made three times
//!    ([`Component::examined`](connector_host::Component::examined)), so each rule also
//!    proves that results repeat.
//! 2. The rules make calls: `form` enters what the definition shows and compares patterns
//!    with `resolve`; `probe` enters what attackers enter, and secrets that can be found
//!    again; `responses` plays a provider that responds with anything; `inputs` compares
//!    schemas with `start`; `recordings` plays recordings.
//! 3. What comes back goes through the guard of the host. The [`Report`] lists for each
//!    [`Rule`] what breaks it, where, and what to do.
//!
//! ```text
//! judge ─► rules (form, probe, responses, inputs, recordings) ─► check ─► findings ─► report
//!                                                                  └────► sample_entries ─► pattern
//! ```
#![doc = ""]
#![doc = include_str!("../README.md")]

mod check;
mod findings;
mod form;
mod inputs;
mod judge;
mod pattern;
mod probe;
mod recordings;
mod report;
mod responses;
mod sample_entries;
mod text;

pub use judge::{DEFAULT_TIME, judge};
pub use report::{Finding, Report, Rule, RuleResult, Verdict};
