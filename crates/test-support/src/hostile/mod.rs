//! Components that do harm, one for each way to do it.

mod calls;
pub mod compiling;
mod loading;
mod requests;
mod values;

use crate::TestComponent;

/// A component that does harm.
pub struct Case {
    /// What it does.
    pub name: &'static str,
    /// Its bytes.
    pub component: Vec<u8>,
    /// The code that a host has for it.
    pub code: &'static str,
    /// The message that a host has for it.
    pub message: String,
    /// The rule of `host-test check` that it breaks.
    pub rule: &'static str,
}

impl Case {
    /// A component that returns what breaks the contract.
    fn broken(name: &'static str, component: &TestComponent, function: &str, what: &str, rule: &'static str) -> Self {
        let message = format!("what the connector returned from `{function}` breaks the contract: {what}");
        Self { name, component: component.build(), code: "connector-bad-output", message, rule }
    }

    /// A component that returns what cannot be read.
    fn unreadable(name: &'static str, component: &TestComponent, function: &str) -> Self {
        let message = format!("the connector returned a value that cannot be read in `{function}`");
        Self { name, component: component.build(), code: "connector-bad-output", message, rule: "answers" }
    }

    /// A component that takes more memory than allowed.
    fn greedy(name: &'static str, component: &TestComponent, function: &str) -> Self {
        let message = format!("the connector wanted more memory than 8388608 bytes in `{function}`");
        Self { name, component: component.build(), code: "connector-out-of-memory", message, rule: "limits" }
    }
}

/// Returns every case.
pub fn cases() -> Vec<Case> {
    [loading::cases(), compiling::cases(), calls::cases(), values::cases(), requests::cases()]
        .into_iter()
        .flatten()
        .collect()
}
