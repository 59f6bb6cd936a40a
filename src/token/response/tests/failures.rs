use super::*;
use crate::key::Key;
use FailureCode::{
    InstanceUnknown, InvalidClient, InvalidScope, Network, RateLimited, Redirected, Rejected, Timeout,
    UnauthorizedClient, Unavailable, UnexpectedStatus,
};

const BETWEEN: &str =
    "Check instance and region; a proxy or sign-in page on the way can also answer in Nexthink's place.";
const PLACE: &str = "Check the instance name and the region: together they make the address.";
const NEW_CREDENTIALS: &str = "Create new credentials under Administration, API credentials, and use those.";
const COPY_AGAIN: &str = "Copy both again from where they are kept. Nexthink shows the secret only once; if it is \
                          lost, create new credentials.";
const TRY_AGAIN: &str = "Try again; if it stays like this, tell the maintainers of this connector.";
const NETWORKS: &str = "The tenant may accept requests only from certain networks; ask your Nexthink administrator.";

const HTML: (&str, &str) = ("content-type", "text/html");

/// An error body of RFC 6749 §5.2.
fn rfc(code: &str) -> String {
    format!(r#"{{"error":"{code}","error_description":"In their words."}}"#)
}

/// An error body of Okta.
fn okta(code: &str) -> String {
    format!(
        r#"{{"errorCode":"{code}","errorSummary":"In their words.","errorLink":"x","errorId":"y","errorCauses":[]}}"#
    )
}

fn words(failure: &Details) -> (&str, Option<&str>) {
    (&failure.message, failure.hint.as_deref())
}

#[test]
fn each_status_has_its_code_recovery_field_and_words() {
    for (status, code, recovery, field, message, hint) in [
        (
            404,
            InstanceUnknown,
            Recovery::Reconfigure,
            Some(Key::Instance),
            "There is no token endpoint for this instance in this region.",
            PLACE,
        ),
        (
            407,
            Network,
            Recovery::Retry(None),
            None,
            "A proxy on the way asks for a sign-in of its own.",
            "Ask those who run this platform's network; Nexthink was not reached.",
        ),
        (
            408,
            Timeout,
            Recovery::RetryIfRepeatable(None),
            None,
            "Nexthink gave up waiting for the request.",
            "Try again.",
        ),
        (
            429,
            RateLimited,
            Recovery::Retry(None),
            None,
            "Nexthink received too many requests.",
            "Wait before trying again.",
        ),
        (
            500,
            Unavailable,
            Recovery::RetryIfRepeatable(None),
            None,
            "Nexthink cannot answer at the moment.",
            "Try again later.",
        ),
        (400, Rejected, Recovery::Reconfigure, None, "Nexthink refuses the token request.", TRY_AGAIN),
        (
            401,
            InvalidClient,
            Recovery::Reconfigure,
            Some(Key::ClientSecret),
            "Nexthink does not accept this client id and secret.",
            COPY_AGAIN,
        ),
        (403, Rejected, Recovery::Reconfigure, None, "Nexthink refuses the token request.", NETWORKS),
        (405, UnexpectedStatus, Recovery::GiveUp, None, "The answer has the unexpected status 405.", BETWEEN),
        (418, UnexpectedStatus, Recovery::GiveUp, None, "The answer has the unexpected status 418.", BETWEEN),
        (199, UnexpectedStatus, Recovery::GiveUp, None, "The answer has the unexpected status 199.", BETWEEN),
        (600, UnexpectedStatus, Recovery::GiveUp, None, "The answer has the unexpected status 600.", BETWEEN),
    ] {
        for (headers, body) in [(&[JSON][..], "{}"), (&[HTML], "<html>"), (&[], ""), (&[JSON], "{")] {
            let failure = failure(status, headers, body);
            assert_eq!(
                (failure.code, failure.recovery, failure.field),
                (code.as_str(), recovery, field.map(Key::name)),
                "{status}"
            );
            assert_eq!(words(&failure), (message, Some(hint)), "{status}");
            let said = (failure.provider_code, failure.provider_message, failure.recovery.wait());
            assert_eq!(said, (None, None, None), "{status} {body}");
        }
    }
}

#[test]
fn no_redirect_is_followed_whatever_it_says() {
    for status in 300..=399 {
        for (headers, body) in [
            (&[("location", "https://elsewhere.example/"), HTML][..], "<html>"),
            (&[JSON], &*super::body(&[])),
            (&[JSON], &*rfc("invalid_client")),
            (&[], ""),
        ] {
            let failure = failure(status, headers, body);
            assert_eq!(
                (failure.code, failure.recovery, failure.field),
                (Redirected.as_str(), Recovery::Alarm, None),
                "{status}"
            );
            let message = "The answer sends to another address, which was not followed.";
            assert_eq!(words(&failure), (message, Some(BETWEEN)), "{status}");
        }
    }
}

#[test]
fn every_5xx_is_unavailable_and_may_say_how_long() {
    for status in 500..=599 {
        for body in ["", "<html>", &rfc("server_error"), &super::body(&[])] {
            let now = failure(status, &[], body);
            assert_eq!(
                (now.code, now.recovery, now.field),
                (Unavailable.as_str(), Recovery::RetryIfRepeatable(None), None)
            );
            assert_eq!(failure(status, &[("retry-after", "120")], body).recovery.wait(), Some(120), "{status}");
        }
    }
}

#[test]
fn waiting_is_read_in_every_form() {
    for (headers, wait) in [
        (&[("Retry-After", "120")][..], Some(120)),
        (&[("retry-after", "0")], Some(0)),
        (&[("retry-after", "Sun, 06 Nov 1994 08:51:07 GMT")], Some(90)),
        (&[("retry-after", "1994-11-06T08:51:07Z")], Some(90)),
        (&[("retry-after", "1994-11-06T10:51:07+02:00")], Some(90)),
        (&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0)),
        (&[("x-rate-limit-reset", "784111867")], Some(90)),
        (&[("x-rate-limit-reset", "784111867"), ("retry-after", "5")], Some(5)),
        (&[("x-rate-limit-reset", "784111867"), ("retry-after", "soon")], Some(90)),
        (&[("x-rate-limit-limit", "100"), ("x-rate-limit-remaining", "0")], None),
        (&[("retry-after", "-1")], None),
        (&[("retry-after", "soon")], None),
        (&[], None),
    ] {
        for body in [okta("E0000047"), String::new(), "<html>".to_owned()] {
            let failure = failure(429, headers, body);
            assert_eq!((failure.code, failure.recovery), (RateLimited.as_str(), Recovery::Retry(wait)), "{headers:?}");
        }
    }
}

#[test]
fn only_what_passes_by_waiting_says_how_long_to_wait() {
    for status in (300..=428).chain(430..=499) {
        assert_eq!(failure(status, &[("retry-after", "5")], "").recovery.wait(), None, "{status}");
    }
}

#[test]
fn a_known_error_code_means_the_same_with_400_401_and_403_in_both_forms() {
    for (said, code, recovery, field, message, hint) in [
        (
            "invalid_client",
            InvalidClient,
            Recovery::Reconfigure,
            Some(Key::ClientSecret),
            "Nexthink does not accept this client id and secret.",
            COPY_AGAIN,
        ),
        (
            "invalid_scope",
            InvalidScope,
            Recovery::Reconfigure,
            None,
            "Nexthink does not grant the scope that integrations need.",
            NEW_CREDENTIALS,
        ),
        (
            "unauthorized_client",
            UnauthorizedClient,
            Recovery::Reconfigure,
            None,
            "These credentials may not be used to get a token this way.",
            NEW_CREDENTIALS,
        ),
        (
            "unsupported_grant_type",
            UnauthorizedClient,
            Recovery::Reconfigure,
            None,
            "These credentials may not be used to get a token this way.",
            NEW_CREDENTIALS,
        ),
        (
            "server_error",
            Unavailable,
            Recovery::RetryIfRepeatable(None),
            None,
            "Nexthink cannot answer at the moment.",
            "Try again later.",
        ),
        (
            "temporarily_unavailable",
            Unavailable,
            Recovery::RetryIfRepeatable(None),
            None,
            "Nexthink cannot answer at the moment.",
            "Try again later.",
        ),
    ] {
        for status in [400, 401, 403] {
            for (headers, body) in [(&[JSON][..], rfc(said)), (&[JSON], okta(said)), (&[HTML], rfc(said))] {
                let failure = failure(status, headers, &body);
                assert_eq!(
                    (failure.code, failure.recovery, failure.field),
                    (code.as_str(), recovery, field.map(Key::name)),
                    "{status} {said}"
                );
                assert_eq!(words(&failure), (message, Some(hint)), "{status} {said}");
                assert_eq!(failure.provider_code.as_deref(), Some(said));
                assert_eq!(failure.provider_message.as_deref(), Some("In their words."));
            }
        }
    }
}

#[test]
fn any_other_error_code_is_a_refusal_and_kept() {
    for said in ["invalid_request", "invalid_grant", "access_denied", "E0000011", "Invalid_Client"] {
        for (status, hint) in [(400, TRY_AGAIN), (401, TRY_AGAIN), (403, NETWORKS)] {
            for body in [rfc(said), okta(said)] {
                let failure = failure(status, &[JSON], body);
                assert_eq!(
                    (failure.code, failure.recovery, failure.field),
                    (Rejected.as_str(), Recovery::Reconfigure, None),
                    "{said}"
                );
                assert_eq!(words(&failure), ("Nexthink refuses the token request.", Some(hint)), "{status} {said}");
                assert_eq!(failure.provider_code.as_deref(), Some(said));
            }
        }
    }
}

#[test]
fn the_client_id_is_to_blame_when_the_provider_names_it() {
    // Okta's messages for an unknown id and for a wrong secret.
    let unknown = r#"{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter."}"#;
    let wrong = r#"{"error":"invalid_client","error_description":"The client secret supplied for a confidential client is invalid."}"#;
    for status in [400, 401, 403] {
        let unknown = failure(status, &[JSON], unknown);
        assert_eq!((unknown.code, unknown.field), (InvalidClient.as_str(), Some(Key::ClientId.name())));
        assert_eq!(words(&unknown), ("Nexthink does not know this client id.", Some(COPY_AGAIN)));
        let wrong = failure(status, &[JSON], wrong);
        assert_eq!((wrong.code, wrong.field), (InvalidClient.as_str(), Some(Key::ClientSecret.name())));
    }
}

#[test]
fn the_providers_text_is_kept_cut_and_cleaned_whatever_the_status() {
    let long = "ü".repeat(400);
    let body = format!(r#"{{"error":"{long}","error_description":"a\u0000b\u001b[31m\r\n\u202ec{long}"}}"#);
    for status in [302, 400, 401, 403, 404, 407, 408, 418, 429, 503] {
        let failure = failure(status, &[JSON], &body);
        assert_eq!(failure.provider_code.as_deref(), Some(&*"ü".repeat(300)), "{status}");
        let message = format!("ab[31m  c{}", "ü".repeat(300 - "ab[31m  c".len()));
        assert_eq!(failure.provider_message.as_deref(), Some(&*message), "{status}");
    }
    let blank = failure(400, &[JSON], r#"{"error":" \u0007","error_description":"\n"}"#);
    assert_eq!((blank.provider_code, blank.provider_message), (None, None));
}

#[test]
fn an_error_that_says_the_same_thing_twice_is_not_quoted() {
    for body in [
        r#"{"error":"invalid_scope","error":"invalid_client"}"#,
        r#"{"errorCode":"invalid_scope","errorSummary":"a","errorSummary":"b"}"#,
    ] {
        let failure = failure(400, &[JSON], body);
        assert_eq!(
            (failure.code, failure.provider_code, failure.provider_message),
            (Rejected.as_str(), None, None),
            "{body}"
        );
    }
}

#[test]
fn an_error_body_of_any_depth_is_survived() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(4_000), close.repeat(4_000));
    for value in [deep("[", "]"), deep("{\"code\":", "}"), deep("{\"message\":", "}"), deep("{\"error\":", "}")] {
        for name in ["error", "errorSummary"] {
            let failure = failure(400, &[JSON], format!("{{\"{name}\":{value}}}"));
            assert_eq!(
                (failure.code, failure.provider_code, failure.provider_message),
                (Rejected.as_str(), None, None)
            );
        }
        // A member that is not read hides nothing, however deep.
        let failure = failure(400, &[JSON], format!("{{\"other\":{value},\"error\":\"invalid_client\"}}"));
        assert_eq!(failure.code, InvalidClient.as_str());
    }
}

#[test]
fn the_body_never_shows_in_a_failure() {
    const CANARY: &str = "c4n4ry";
    let quoted = format!("\"{CANARY}\"");
    let mut bodies = vec![
        CANARY.to_owned(),
        format!("<html>{CANARY}"),
        quoted.clone(),
        format!("[{quoted}]"),
        format!("{{{quoted}"),
        format!("{{{quoted}:1,{quoted}:2,\"error\":[{quoted}]}}"),
        format!("{{\"error\":{{{quoted}:1}},\"detail\":{quoted},\"access_token\":{quoted}}}"),
        format!("{{\"access_token\":{quoted},\"access_token\":{quoted}}}"),
    ];
    for name in ["access_token", "token_type", "expires_in", "scope"] {
        for value in [format!("[{quoted}]"), format!("{{{quoted}:{quoted}}}"), format!("\"{CANARY}\\u0000\"")] {
            bodies.push(body(&[(name, &value)]));
        }
    }
    for name in ["token_type", "expires_in"] {
        bodies.push(body(&[(name, &quoted)]));
    }
    for body in &bodies {
        for status in [200, 302, 400, 401, 403, 404, 407, 418, 429, 500] {
            let failure = failure(status, &[JSON], body);
            assert!(!format!("{failure:?}").contains(CANARY), "{status} {body}: {failure:?}");
        }
    }
    // The provider's own code and text are the only parts passed on.
    let said = failure(400, &[JSON], format!("{{\"error\":{quoted},\"error_description\":{quoted}}}"));
    assert_eq!((said.provider_code.as_deref(), said.provider_message.as_deref()), (Some(CANARY), Some(CANARY)));
    let rest = Details { provider_code: None, provider_message: None, ..said };
    assert!(!format!("{rest:?}").contains(CANARY));
}
