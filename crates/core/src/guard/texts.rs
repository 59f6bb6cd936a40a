//! Decides what happens to a secret in a text that a connector returns.
//!
//! Who wrote a text decides. A connector that puts a secret where it leads outside or is kept
//! breaks the contract: URLs, headers, settings, states, its own words. A provider that repeats
//! one is not the connector's fault: the secret is hidden, and the result has a warning where it
//! has warnings.

use super::check::Check;
use super::output::BadOutput;
use crate::functions::Function;
use crate::redact::Redactor;

/// Where a text comes from the provider's data, as paths in what the connector returns. It is
/// the connector that writes warnings and progress, but with names that the provider gave.
const PROVIDERS: [&str; 10] = [
    "detail",
    "done.output",
    "done.warnings",
    "download.warnings",
    "kind",
    "missing-scopes",
    "provider-code",
    "provider-message",
    "scopes",
    "send.progress.text",
];

/// What a result says of a secret that was in it.
const WARNING: &str = "The provider's response contained a secret of the connection, which was hidden.";

/// The texts of one returned value.
pub(super) struct Texts<'a> {
    check: Check,
    redactor: &'a Redactor,
    hidden: bool,
}

impl<'a> Texts<'a> {
    pub(super) fn new(function: Function, redactor: &'a Redactor) -> Self {
        Self { check: Check(function), redactor, hidden: false }
    }

    /// Accepts a text without a secret. In the provider's text it is hidden.
    pub(super) fn text(&mut self, at: &str, text: String) -> Result<String, BadOutput> {
        self.accept(at, text, Redactor::hidden)
    }

    /// Accepts JSON without a secret. In the provider's it is hidden.
    pub(super) fn json(&mut self, at: &str, json: String) -> Result<String, BadOutput> {
        self.accept(at, json, Redactor::hidden_in_json)
    }

    /// Accepts a list of texts as it accepts each.
    pub(super) fn list(&mut self, at: &str, texts: Vec<String>) -> Result<Vec<String>, BadOutput> {
        texts.into_iter().enumerate().map(|(i, text)| self.text(&format!("{at}[{i}]"), text)).collect()
    }

    /// Accepts the warnings of a result, which come last: one more says that a secret was hidden.
    pub(super) fn warnings(mut self, at: &str, texts: Vec<String>) -> Result<Vec<String>, BadOutput> {
        let mut warnings = self.list(at, texts)?;
        warnings.extend(self.hidden.then(|| WARNING.to_owned()));
        Ok(warnings)
    }

    fn accept(
        &mut self,
        at: &str,
        text: String,
        hide: impl FnOnce(&Redactor, &str) -> Option<String>,
    ) -> Result<String, BadOutput> {
        let place = at.split('[').next().unwrap_or(at);
        if !PROVIDERS.contains(&place) {
            self.check.harmless(at, &text, self.redactor)?;
            return Ok(text);
        }
        let hidden = hide(self.redactor, &text);
        self.hidden |= hidden.is_some();
        Ok(hidden.unwrap_or(text))
    }
}
