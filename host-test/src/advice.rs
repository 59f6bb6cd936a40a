//! What to do after a failure that may come after a request took effect.

use connector_core::again;
use connector_host::Error;
use connector_host::records::Recovery;

/// Replaces advice that does not fit what was sent. To send it again does no harm if the
/// request is repeatable, or the operation only reads.
pub(crate) fn advised(error: Error, repeatable: bool, effect: Option<&str>) -> Error {
    let Error::Failed(mut failure) = error else { return error };
    let harmless = repeatable || effect == Some("read");
    let unsure = failure.hint.as_deref() == Some(again(false));
    let unknown = matches!(failure.recovery, Recovery::RetryIfRepeatable(_));
    if unsure && harmless || unknown && !harmless {
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
        let (sure, unknown) = (Recovery::Retry(None), Recovery::RetryIfRepeatable(None));
        for (recovery, hint, repeatable, effect, expected) in [
            (unknown, "Try again.", false, Some("write"), again(false)),
            (unknown, "Try again later.", false, None, again(false)),
            (unknown, again(false), false, Some("destructive"), again(false)),
            (unknown, again(false), false, Some("read"), again(true)),
            (unknown, "Try again.", false, Some("read"), "Try again."),
            (unknown, "Try again later.", true, Some("write"), "Try again later."),
            (sure, "Check the firewall.", false, Some("write"), "Check the firewall."),
            (sure, "Wait.", false, Some("write"), "Wait."),
            (Recovery::Reconfigure, "Correct it.", false, Some("write"), "Correct it."),
        ] {
            let failure = Failure::of_host("canary", recovery, "It failed.", hint);
            let Error::Failed(failure) = advised(Error::Failed(Box::new(failure)), repeatable, effect) else {
                panic!()
            };
            assert_eq!(failure.hint.as_deref(), Some(expected), "{recovery:?} {repeatable} {effect:?}");
        }
    }
}
