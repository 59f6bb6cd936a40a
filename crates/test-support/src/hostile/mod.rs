//! Components that do harm, one for each way to do it.

mod calls;
pub mod compiling;
mod loading;
mod requests;
mod values;

/// A component that does harm.
pub struct Case {
    /// What it does.
    pub name: &'static str,
    /// Its bytes.
    pub component: Vec<u8>,
    /// The code that a host has for it.
    pub code: &'static str,
    /// The message that a host has for it.
    pub message: &'static str,
    /// The rule of `host-test check` that it breaks.
    pub rule: &'static str,
}

/// Returns every case.
pub fn cases() -> Vec<Case> {
    [loading::cases(), compiling::cases(), calls::cases(), values::cases(), requests::cases()]
        .into_iter()
        .flatten()
        .collect()
}
