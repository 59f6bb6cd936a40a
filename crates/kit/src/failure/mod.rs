//! Failures of an exchange, and the error bodies and waiting times that providers send.

pub mod body;
pub mod kinds;
pub mod retry_after;

use std::ops::{Deref, DerefMut};

/// A failed exchange.
///
/// [`Details`] behind a pointer, because the success beside it is passed through
/// many functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(Box<Details>);

impl Deref for Failure {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// The details of a [`Failure`].
///
/// Contains no secret of ours; `provider_message` is text of the provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Code, as the contract spells it.
    pub code: &'static str,
    /// What a host does about it.
    pub recovery: Recovery,
    /// One sentence for a person.
    pub message: String,
    /// One or two sentences on what to do about it. `None`: nothing is known to
    /// help.
    pub hint: Option<String>,
    /// Key of the field to correct. `None`: no single one is to blame.
    pub field: Option<&'static str>,
    /// The provider's own code, cleaned. `None`: it sent none.
    pub provider_code: Option<String>,
    /// The provider's own text, cleaned. `None`: it sent none.
    pub provider_message: Option<String>,
}

impl Failure {
    /// Creates a failure with the details that every failure has.
    pub fn new(kind: impl Into<Kind>, message: &str) -> Self {
        let Kind { code, recovery } = kind.into();
        Self(Box::new(Details {
            code,
            recovery,
            message: message.to_owned(),
            hint: None,
            field: None,
            provider_code: None,
            provider_message: None,
        }))
    }

    /// Changes kind and message, and keeps the rest.
    pub fn turn_into(mut self, kind: impl Into<Kind>, message: &str) -> Self {
        let Kind { code, recovery } = kind.into();
        (self.code, self.recovery, self.message) = (code, recovery, message.to_owned());
        self
    }

    /// Sets what to do about it.
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Sets the field to correct.
    pub fn field(mut self, field: impl Into<&'static str>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Sets the provider's own code and text.
    pub fn provider_error(mut self, error: body::ProviderError) -> Self {
        self.provider_code = error.code;
        self.provider_message = error.message;
        self
    }

    /// Sets the seconds to wait, where the recovery is to send again; it changes no other
    /// one. `None`: the provider did not say.
    pub fn retry_after(mut self, retry_after: Option<u32>) -> Self {
        match &mut self.recovery {
            Recovery::Retry(seconds) | Recovery::RetryIfRepeatable(seconds) => *seconds = retry_after,
            _ => {}
        }
        self
    }

    /// Returns whether the failure is of a kind, by its code.
    pub fn is(&self, kind: impl Into<Kind>) -> bool {
        self.code == kind.into().code
    }

    /// Unwraps the details.
    pub fn into_details(self) -> Details {
        *self.0
    }
}

/// A kind of failure: a code of the connector's vocabulary, and what a host does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Code, as the contract spells it.
    pub code: &'static str,
    /// What a host does about it, before the provider names a time.
    pub recovery: Recovery,
}

impl Kind {
    /// Creates a kind of failure.
    pub const fn new(code: &'static str, recovery: Recovery) -> Self {
        Self { code, recovery }
    }
}

/// What a host does about a failure; see `recovery` in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Stop until the entries or the provider's settings change.
    Reconfigure,
    /// Get a new token and send once more.
    RenewToken,
    /// Send it again, after so many seconds if the provider named a time.
    Retry(Option<u32>),
    /// Likewise, but only if it is repeatable.
    RetryIfRepeatable(Option<u32>),
    /// Report it.
    GiveUp,
    /// Stop and raise an alarm.
    Alarm,
}

impl Recovery {
    /// Returns the seconds to wait before sending again. `None` where nothing is sent
    /// again, or the provider named no time.
    pub fn wait(self) -> Option<u32> {
        match self {
            Self::Retry(seconds) | Self::RetryIfRepeatable(seconds) => seconds,
            Self::Reconfigure | Self::RenewToken | Self::GiveUp | Self::Alarm => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_time_changes_only_a_recovery_that_sends_again() {
        for (recovery, expected) in [
            (Recovery::Retry(None), Recovery::Retry(Some(7))),
            (Recovery::RetryIfRepeatable(None), Recovery::RetryIfRepeatable(Some(7))),
            (Recovery::GiveUp, Recovery::GiveUp),
            (Recovery::RenewToken, Recovery::RenewToken),
        ] {
            let failure = Failure::new(Kind::new("any", recovery), "Any.").retry_after(Some(7));
            assert_eq!(failure.recovery, expected);
        }
    }
}
