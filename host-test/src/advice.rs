//! What to do after a failure that may come after a request took effect.

use connector_core::{Advice, again};
use connector_host::Error;

/// Replaces advice that does not fit what was sent. To send it again does no harm if the
/// request is repeatable, or the operation only reads.
pub(crate) fn advised(error: Error, repeatable: bool, effect: Option<&str>) -> Error {
    let Error::Failed(mut failure) = error else { return error };
    let harmless = repeatable || effect == Some("read");
    let unsure = failure.hint.as_deref() == Some(again(false));
    // What is behind `network`, the host knows better; it says so where it is unsure.
    let unanswered = matches!(Advice::of(&failure), Advice::Repeat(_)) && failure.code != "network";
    if unsure && harmless || unanswered && !harmless {
        failure.hint = Some(again(harmless).to_owned());
    }
    Error::Failed(failure)
}

#[cfg(test)]
mod tests {
    use connector_host::records::Failure;

    use super::*;

    #[test]
    fn advice_follows_what_may_be_sent_again() {
        const FIREWALL: &str = "Check the firewall.";
        for (code, hint, repeatable, effect, expected) in [
            ("timeout", "Try again.", false, Some("write"), again(false)),
            ("unavailable", "Try again later.", false, None, again(false)),
            ("network", again(false), false, Some("destructive"), again(false)),
            ("network", FIREWALL, false, Some("write"), FIREWALL),
            ("network", again(false), false, Some("read"), again(true)),
            ("timeout", "Try again.", false, Some("read"), "Try again."),
            ("unavailable", "Try again later.", true, Some("write"), "Try again later."),
            ("rate-limited", "Wait.", false, Some("write"), "Wait."),
            ("rejected", "Correct it.", false, Some("write"), "Correct it."),
        ] {
            let class = if code == "rejected" { "config" } else { "transient" };
            let failure = Failure::of_host(code, class, "It failed.", hint);
            let Error::Failed(failure) = advised(Error::Failed(Box::new(failure)), repeatable, effect) else {
                panic!()
            };
            assert_eq!(failure.hint.as_deref(), Some(expected), "{code} {repeatable} {effect:?}");
        }
    }
}
