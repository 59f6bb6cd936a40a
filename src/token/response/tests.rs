use super::*;
use crate::failure::{Details, Recovery};

mod failures;

const JSON: (&str, &str) = ("content-type", "application/json");

/// Sun, 06 Nov 1994 08:49:37 GMT, the date of the examples in RFC 9110.
const NOW: u64 = 784_111_777;

fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Result<Token, Failure> {
    response(&Response {
        status,
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        body: body.as_ref().to_vec(),
        received_at: NOW,
    })
}

fn failure(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Details {
    let failure = answer(status, headers, &body).expect_err(&String::from_utf8_lossy(body.as_ref()));
    assert!(failure.hint.as_ref().is_some_and(|hint| !hint.is_empty()), "every failure says what to do: {failure:?}");
    failure.into_details()
}

/// A valid body, with these members instead of or besides its own.
fn body(members: &[(&str, &str)]) -> String {
    let good = [
        ("token_type", "\"Bearer\""),
        ("expires_in", "900"),
        ("access_token", "\"e.y.J\""),
        ("scope", "\"service:integration\""),
    ];
    let kept = good.iter().filter(|(name, _)| members.iter().all(|(other, _)| other != name));
    let shown = kept.chain(members.iter().filter(|(_, value)| !value.is_empty()));
    let shown: Vec<_> = shown.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", shown.join(","))
}

fn token(members: &[(&str, &str)]) -> Token {
    answer(200, &[JSON], body(members)).unwrap_or_else(|failure| panic!("{members:?}: {failure:?}"))
}

/// The failure of every malformed response.
fn malformed(message: &str) -> Details {
    Details {
        code: "malformed-response",
        recovery: Recovery::GiveUp,
        message: message.to_owned(),
        hint: Some("Try again; if it stays like this, tell the maintainers of this connector.".to_owned()),
        field: None,
        provider_code: None,
        provider_message: None,
    }
}

/// Returns the message of the malformed response with these members.
fn malformed_by(members: &[(&str, &str)]) -> String {
    let failure = failure(200, &[JSON], body(members));
    assert_eq!(failure, malformed(&failure.message), "{members:?}");
    failure.message
}

#[test]
fn the_documented_answer_is_a_token() {
    let token = token(&[]);
    assert_eq!((token.value.expose(), &*token.kind), ("e.y.J", "Bearer"));
    assert_eq!((token.expires_in, token.refresh_after(), token.lifetime_assumed), (900, 840, false));
    assert_eq!(token.scopes, [SCOPE]);
    assert_eq!(token.missing_scopes(), [""; 0]);
}

#[test]
fn debug_shows_no_token() {
    let shown = format!("{:?}", token(&[("access_token", "\"c4n4ry\"")]));
    assert_eq!(
        shown,
        "Token { value: Secret(…), kind: \"Bearer\", expires_in: 900, lifetime_assumed: false, \
         scopes: [\"service:integration\"] }"
    );
}

#[test]
fn access_token_is_visible_ascii_and_opaque() {
    const INVISIBLE: &str = "The access token contains characters that no header can carry.";
    // From `!` to `~`: visible ASCII, the characters that are safe in any header.
    let all: String = ('!'..='~').collect();
    for value in ["x", "ey.ey.sig", &all, &"t".repeat(8000)] {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(token(&[("access_token", &json)]).value.expose(), value);
    }
    for (value, message) in [
        ("", "The answer has no access token."),
        ("\"\"", "The access token is empty."),
        ("null", "The access token is not a text."),
        ("12345", "The access token is not a text."),
        ("true", "The access token is not a text."),
        ("[\"t\"]", "The access token is not a text."),
        ("{\"code\":\"t\"}", "The access token is not a text."),
        ("\" \"", INVISIBLE),
        ("\"a b\"", INVISIBLE),
        ("\"a\\n\"", INVISIBLE),
        ("\"a\\r\\nx: y\"", INVISIBLE),
        ("\"a\\u0000\"", INVISIBLE),
        ("\"a\\u007f\"", INVISIBLE),
        ("\"é\"", INVISIBLE),
    ] {
        assert_eq!(malformed_by(&[("access_token", value)]), message, "{value}");
    }
}

#[test]
fn token_type_is_bearer_in_any_case() {
    for kind in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(token(&[("token_type", &format!("\"{kind}\""))]).kind, kind);
    }
    for kind in
        ["\"\"", "\"mac\"", "\"DPoP\"", "\"Bearer \"", "\"Bearer2\"", "\"Ｂearer\"", "null", "1", "[\"Bearer\"]"]
    {
        assert_eq!(malformed_by(&[("token_type", kind)]), "The token is not of the type Bearer.", "{kind}");
    }
    assert_eq!(malformed_by(&[("token_type", "")]), "The answer does not say of what type the token is.");
}

#[test]
fn lifetime_is_a_whole_number_or_digits_from_1_to_86400() {
    for (value, seconds) in [
        ("1", 1),
        ("900", 900),
        ("86400", 86_400),
        ("900.0", 900),
        ("9e2", 900),
        ("\"1\"", 1),
        ("\"900\"", 900),
        ("\"86400\"", 86_400),
        ("\"0900\"", 900),
    ] {
        let token = token(&[("expires_in", value)]);
        assert_eq!((token.expires_in, token.lifetime_assumed), (seconds, false), "{value}");
    }
    let huge = "9".repeat(300);
    let huge_text = format!("\"{huge}\"");
    #[rustfmt::skip]
    let refused = [
        "0", "86401", "-1", "-900", "-0", "0.5", "900.5", "86400.5", "1e300", "4294968196", "18446744073709552516",
        "99999999999999999999", &huge, "\"0\"", "\"86401\"", "\"-1\"", "\"\"", "\" \"", "\"+5\"", "\" 900\"", "\"900 \"",
        "\"900.0\"", "\"9e2\"", "\"0x10\"", "\"٩٠٠\"", "\"4294968196\"", "\"18446744073709552516\"", &huge_text,
        "null", "true", "false", "[]", "[900]", "{}", "{\"code\":900}",
    ];
    for value in refused {
        let message = "The token's lifetime is no number of seconds from 1 to 86,400.";
        assert_eq!(malformed_by(&[("expires_in", value)]), message, "{value}");
    }
}

#[test]
fn an_absent_lifetime_is_the_documented_one_and_flagged() {
    let token = token(&[("expires_in", "")]);
    assert_eq!((token.expires_in, token.refresh_after(), token.lifetime_assumed), (900, 840, true));
}

#[test]
fn refresh_is_60_seconds_before_the_end_and_never_more_than_half_the_lifetime_early() {
    // A token of one second is refreshed at once: the time must be less than the
    // lifetime.
    for (lifetime, refresh) in
        [(1, 0), (2, 1), (3, 2), (4, 2), (60, 30), (119, 60), (120, 60), (121, 61), (900, 840), (86_400, 86_340)]
    {
        assert_eq!(token(&[("expires_in", &lifetime.to_string())]).refresh_after(), refresh, "{lifetime}");
    }
    for lifetime in 2..=86_400 {
        let token = Token {
            value: Secret::new("t"),
            kind: "Bearer".to_owned(),
            expires_in: lifetime,
            lifetime_assumed: false,
            scopes: Vec::new(),
        };
        let early = lifetime - token.refresh_after();
        assert!((1..=60).contains(&early) && 2 * early <= lifetime, "{lifetime}: {early} s early");
    }
}

#[test]
fn token_and_scope_are_no_longer_than_hosts_take() {
    let text = |text: String| format!("\"{text}\"");
    let longest = "a".repeat(15 * 1024);
    assert_eq!(token(&[("access_token", &text(longest.clone()))]).value.expose(), longest);
    let message = malformed_by(&[("access_token", &text(longest + "a"))]);
    assert_eq!(message, "The access token is longer than a header can carry.");
    assert_eq!(token(&[("scope", &text("a ".repeat(200)))]).scopes.len(), 200);
    assert_eq!(token(&[("scope", &text("a".repeat(4096)))]).scopes.len(), 1);
    for long in ["a ".repeat(201), "a".repeat(4097)] {
        assert_eq!(malformed_by(&[("scope", &text(long))]), "The scope is far too long.");
    }
}

#[test]
fn scope_is_space_separated_and_what_is_missing_is_listed() {
    for (scope, granted, missing) in [
        // Absent means as requested (RFC 6749 §5.1).
        ("", &[SCOPE][..], &[][..]),
        ("\"service:integration\"", &[SCOPE], &[]),
        ("\"openid service:integration a:b\"", &["openid", SCOPE, "a:b"], &[]),
        ("\"  service:integration   openid \"", &[SCOPE, "openid"], &[]),
        ("\"\"", &[], &[SCOPE]),
        ("\"   \"", &[], &[SCOPE]),
        ("\"openid\"", &["openid"], &[SCOPE]),
        ("\"service:integration:read\"", &["service:integration:read"], &[SCOPE]),
        ("\"Service:Integration service\"", &["Service:Integration", "service"], &[SCOPE]),
    ] {
        let token = token(&[("scope", scope)]);
        assert_eq!(token.scopes, granted, "{scope}");
        assert_eq!(token.missing_scopes(), missing, "{scope}");
    }
    for scope in ["null", "7", "[\"service:integration\"]", "{}", "true"] {
        assert_eq!(malformed_by(&[("scope", scope)]), "The scope is not a text.", "{scope}");
    }
    for scope in ["\"a\\tb\"", "\"a\\nb\"", "\"a\\\"b\"", "\"a\\\\b\"", "\"ä\"", "\"a\\u0000\"", "\"a\\u00a0b\""] {
        assert_eq!(malformed_by(&[("scope", scope)]), "The scope contains characters that no scope has.", "{scope}");
    }
}

#[test]
fn any_2xx_with_json_is_read() {
    for status in 200..=299 {
        assert_eq!(answer(status, &[JSON], body(&[])).unwrap().value.expose(), "e.y.J", "{status}");
    }
}

#[test]
fn unknown_members_are_ignored_whatever_they_hold() {
    let (deep, open) = (format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)), "{\"a\":".repeat(500));
    for value in ["null", "1e999", "\"x\"", "{\"access_token\":7}", &deep, &format!("{open}1{}", "}".repeat(500))] {
        assert_eq!(token(&[("id_token", value)]).expires_in, 900);
    }
    // Repeated ones as well: only a member that is read can be ambiguous.
    let twice = body(&[("x", "1")]).replacen('{', "{\"x\":2,", 1);
    assert_eq!(answer(200, &[JSON], twice).unwrap().expires_in, 900);
}

#[test]
fn a_member_that_matters_stands_there_once() {
    for name in ["access_token", "token_type", "expires_in", "scope"] {
        for value in ["\"Bearer\"", "900", "null"] {
            let twice = body(&[]).replacen('{', &format!("{{\"{name}\":{value},"), 1);
            let failure = failure(200, &[JSON], twice);
            assert_eq!(failure, malformed("The answer says the same thing twice."), "{name}");
        }
    }
}

#[test]
fn only_json_is_read_as_a_token() {
    for headers in [
        &[][..],
        &[("content-type", "")],
        &[JSON],
        &[("Content-Type", "Application/JSON; charset=utf-8")],
        &[("content-type", "application/problem+json")],
    ] {
        assert_eq!(answer(200, headers, body(&[])).unwrap().expires_in, 900, "{headers:?}");
    }
    for (value, kind) in [
        ("text/html", "text/html"),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("text/plain", "text/plain"),
        ("application/xml", "application/xml"),
        ("application/jsonp", "application/jsonp"),
        ("image/\u{1b}[31mred", "image/[31mred"),
    ] {
        for body in [body(&[]).as_str(), "<html>", ""] {
            let failure = failure(200, &[("content-type", value)], body);
            assert_eq!(failure.message, format!("The answer is not JSON but {kind}."));
            assert_eq!((failure.code, failure.field), ("malformed-response", None));
            assert_eq!(failure.hint.as_deref(), Some(error::INTERMEDIARY_HINT));
        }
    }
}

#[test]
fn a_body_that_cannot_be_read_says_why() {
    let good = body(&[]);
    let longer = (good.len() + 1).to_string();
    for (headers, body, message) in [
        (&[JSON][..], &b""[..], "The answer is empty."),
        (&[JSON, ("content-length", &longer)], good.as_bytes(), "The answer ends too early."),
        (&[JSON], &good.as_bytes()[..good.len() - 1], "The answer ends too early."),
        (&[JSON], b"{", "The answer ends too early."),
        (&[JSON], b" \n", "The answer ends too early."),
        (&[JSON], b"{\"access_token\":\"\xff\"}", "The answer is not UTF-8 text."),
        (&[JSON], b"\xff\xfe{\0}\0", "The answer is not UTF-8 text."),
        (&[JSON], br#"["e.y.J","Bearer",900,"service:integration"]"#, "The answer is not a JSON object."),
        (&[JSON], b"[]", "The answer is not a JSON object."),
        (&[JSON], b"null", "The answer is not a JSON object."),
        (&[JSON], b"\"e.y.J\"", "The answer is not a JSON object."),
        (&[], b"<!doctype html>", "The answer is not a JSON object."),
        (&[], b"access_token=e.y.J", "The answer is not a JSON object."),
        (&[JSON], b"{'access_token':1}", "The answer is not JSON."),
        (&[JSON], b"{}{}", "The answer is not JSON."),
        (&[JSON], b"{}", "The answer has no access token."),
    ] {
        assert_eq!(failure(200, headers, body), malformed(message), "{}", String::from_utf8_lossy(body));
    }
    // As long as announced, or longer: whoever undid an encoding may have kept the
    // header.
    for announced in [good.len(), 1] {
        assert!(answer(200, &[JSON, ("content-length", &announced.to_string())], &good).is_ok());
    }
}

#[test]
fn an_answer_beyond_64_kib_is_not_read() {
    let padded = |length: usize| body(&[]).replacen('{', &format!("{{{}", " ".repeat(length - body(&[]).len())), 1);
    assert_eq!(padded(65_536).len(), 65_536);
    assert_eq!(answer(200, &[JSON], padded(65_536)).unwrap().expires_in, 900);
    for status in [200, 299, 400, 401, 404, 429, 503] {
        let failure = failure(status, &[JSON], padded(65_537));
        assert_eq!((failure.code, failure.recovery), ("response-too-large", Recovery::Alarm), "{status}");
        assert_eq!(failure.message, "The answer is far too long for a token.");
        assert_eq!(failure.hint.as_deref(), Some(error::INTERMEDIARY_HINT));
    }
}
