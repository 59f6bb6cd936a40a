//! Drives recognisable secrets through the live commands at the most verbose level
//! and proves that none turns up in what they print or write.

use std::fs;

use crate::fixture::Fixture;
use crate::program::Ran;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use fake_nexthink::Permission;
use serde_json::{Value, json};
use test_support::{SecretFinder as Finder, encoded_forms as plain};

const ID: &str = "canary-live-client-0001";

/// Looks different in every encoding.
const SECRET: &str = "cAnArY-5ecret+/%&=?\"\\ü~0123456789";

/// As opaque as a real one; a fault of the token endpoint gives it out.
const TOKEN: &str = "cAnArY-t0ken.QUJD_abc+/xyz~0123456789";

const EMAIL: &str = "canary.person@customer.example";
const SID: &str = "S-1-5-21-1004336348-1177238915-682003330-512";
const LINK: &str = "https://files.example/export.csv?X-Amz-Expires=60&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0";

const CONNECT: &[&str] = &["connect", "-vv"];
const REQUEST: &[&str] = &["request", "GET", "/api/v1/act/remote-action", "-vv"];
const RECORD: &[&str] = &["record", "--out", "recorded.har", "--force", "-vv"];

fn secrets() -> Finder {
    let mut finder = Finder::default();
    finder.add("secret", SECRET);
    finder.add("token", TOKEN);
    finder
}

/// What a recording must not hold besides. The link is looked for by what makes it
/// one.
fn personal() -> Finder {
    let mut finder = secrets();
    for (name, text) in [("id", ID), ("instance", "nxdocs"), ("e-mail", EMAIL), ("SID", SID)] {
        finder.add(name, text);
    }
    finder.add("signature", LINK.rsplit_once('=').unwrap().1);
    finder
}

fn tenant(faults: &Value) -> Fixture {
    Fixture::with_client(ID, SECRET, &[Permission::Nql, Permission::RemoteActions], &faults.to_string())
}

/// Runs a command in the folder of the fixture, where it also finds its home and the
/// folder for temporary files, and asserts that neither output nor any file tells
/// anything.
#[track_caller]
fn silent(fixture: &Fixture, arguments: &[&str]) -> Ran {
    let mut command = fixture.command(arguments);
    for name in ["HOME", "TMPDIR"] {
        command.env(name, fixture.folder());
    }
    // Compiled code is elsewhere: it is none of what is searched.
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let ran = fixture.finish(command);
    let place = arguments.join(" ");
    secrets().assert_silent(&ran.out, &place);
    secrets().assert_silent(&ran.err, &place);
    for entry in fs::read_dir(fixture.folder()).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        personal().assert_silent(&text, &format!("{} after {place}", path.display()));
    }
    ran
}

#[test]
fn the_finder_finds_every_form() {
    let finder = personal();
    for (name, secret) in
        [("secret", SECRET), ("token", TOKEN), ("id", ID), ("instance", "nxdocs"), ("e-mail", EMAIL), ("SID", SID)]
    {
        for (form, text) in plain(secret) {
            for before in ["", "x", "xy", "xyz", "id:"] {
                let around = format!("{before}{text}€");
                for planted in [
                    around.clone(),
                    STANDARD.encode(&around),
                    STANDARD_NO_PAD.encode(&around),
                    URL_SAFE.encode(&around),
                    format!("Basic {}", STANDARD.encode(format!("{before}:{text}"))),
                    format!("Bearer {text}"),
                ] {
                    let found = finder.found_in(&format!("before {planted} after"));
                    assert!(found.is_some_and(|found| found.starts_with(name)), "{form}: {planted}: {found:?}");
                }
            }
        }
    }
    assert!(finder.found_in(LINK).is_some());
    assert_eq!(finder.found_in("nothing of the kind"), None);
}

/// Proves that the level is the one at which the client talks, or silence would
/// prove nothing.
#[track_caller]
fn assert_verbose(ran: &Ran) {
    for line in [
        "starting new connection 'Some(\"nxdocs-login.eu.nexthink.cloud\")'",
        "POST nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token: ",
    ] {
        assert!(ran.err.contains(line), "{line}: {}", ran.err);
    }
}

#[test]
fn a_token_is_printed_once_where_it_was_asked_for_and_not_logged() {
    let fixture = tenant(&json!([]));
    let ran = silent(&fixture, &["connect", "-vv", "--json", "--show-token"]).ended_with(0);
    assert_verbose(&ran);
    let mut finder = Finder::default();
    finder.add("token", ran.json()["token"]["value"].as_str().unwrap());
    finder.assert_silent(&ran.err, "standard error");
    assert_eq!(ran.out.matches(ran.json()["token"]["value"].as_str().unwrap()).count(), 1);
}

/// Returns rules by which the token endpoint gives out the token.
fn giving_the_token(more: &[Value]) -> Value {
    let grant =
        json!({ "token_type": "Bearer", "expires_in": 900, "access_token": TOKEN, "scope": "service:integration" });
    let token = json!({ "when": { "endpoint": "token" }, "do": { "status": { "status": 200, "body": grant } } });
    [&[token], more].concat().into()
}

#[test]
fn no_command_tells_anything_however_it_ends() {
    let retried = giving_the_token(&[
        // Renewed, waited for, then answered.
        json!({ "when": { "endpoint": "act-list", "nth": 1 }, "do": { "status": { "status": 401 } } }),
        json!({ "when": { "endpoint": "act-list", "nth": 2 }, "do": { "status": { "status": 503 } } }),
        json!({ "when": { "endpoint": "act-list" }, "do": { "status": { "status": 200, "body": [] } } }),
    ]);
    let mut unknown_authority = tenant(&json!([]));
    let other = Fixture::new(&[], "[]");
    unknown_authority.ca.clone_from(&other.ca);
    let mut refused = Fixture::with_client(ID, "another-secret-of-the-same-id", &[], "[]");
    SECRET.clone_into(&mut refused.client.1);
    // With the statuses of request, connect and record, and how many tokens are issued.
    for (fixture, statuses, tokens) in [
        (tenant(&json!([])), [0, 0, 0], 3),
        (tenant(&retried), [0, 0, 0], 0),
        (unknown_authority, [1, 1, 1], 0),
        (refused, [1, 1, 0], 0),
    ] {
        for (arguments, status) in [REQUEST, CONNECT, RECORD].into_iter().zip(statuses) {
            let ran = silent(&fixture, arguments).ended_with(status);
            if fixture.ca != other.ca {
                assert_verbose(&ran);
            }
        }
        let calls = fixture.tenant.calls();
        assert_eq!((calls.tokens_issued(), calls.requests == 0), (tokens, fixture.ca == other.ca));
        if statuses == [0, 0, 0] {
            let recorded = fixture.read("recorded.har");
            for placeholder in ["{{basic:client_id:client_secret}}", "{{access_token}}"] {
                assert!(recorded.contains(placeholder), "{recorded}");
            }
        }
    }
    let ran = silent(&tenant(&retried), REQUEST).ended_with(0);
    for line in [": attempt 1 failed with token-expired, ", ": attempt 2 failed with unavailable, the next follows in "]
    {
        assert!(ran.err.contains(line), "{line}: {}", ran.err);
    }
}

/// Returns a secret in each form that a provider may repeat it in.
fn repeated(secret: &str) -> Vec<String> {
    let pair = format!("{ID}:{secret}");
    let plain = plain(secret).into_iter().map(|(_, text)| text);
    let encoded = [STANDARD.encode(secret), URL_SAFE.encode(secret), format!("Basic {}", STANDARD.encode(pair))];
    plain.chain(encoded).collect()
}

#[test]
fn no_token_endpoint_that_repeats_the_secret_makes_it_tell() {
    for (i, text) in repeated(SECRET).iter().enumerate() {
        let body = json!({ "error": "invalid_client", "error_description": format!("Not {text} again.") });
        let answer = json!({ "status": { "status": 401, "body": body } });
        let fixture = tenant(&json!([{ "when": { "endpoint": "token" }, "do": answer }]));
        let ran = silent(&fixture, [CONNECT, REQUEST][i % 2]).ended_with(1);
        assert_verbose(&ran);
        assert!(ran.out.contains("Provider: invalid_client: Not "), "{}", ran.out);
        silent(&fixture, RECORD);
    }
}

#[test]
fn no_api_that_repeats_secret_or_token_makes_it_tell() {
    for text in repeated(SECRET).into_iter().chain(repeated(TOKEN)) {
        let body = json!({ "code": "FORBIDDEN", "message": format!("Not {text} again.") });
        let refusal = json!({ "when": { "path_prefix": "/api" }, "do": { "status": { "status": 403, "body": body } } });
        let fixture = tenant(&giving_the_token(&[refusal]));
        let ran = silent(&fixture, REQUEST).ended_with(1);
        assert!(ran.out.contains("Provider: FORBIDDEN: Not "), "{}", ran.out);
        if text == SECRET || text == TOKEN {
            silent(&fixture, CONNECT).ended_with(0);
        }
    }
}

#[test]
fn no_recording_keeps_what_a_failure_says_about_people_and_files() {
    for text in [EMAIL, SID, LINK, ID, "nxdocs"] {
        let body = json!({ "error": "invalid_client", "error_description": format!("Denied to {text} today.") });
        let answer = json!({ "status": { "status": 401, "body": body } });
        let fixture = tenant(&json!([{ "when": { "endpoint": "token" }, "do": answer }]));
        let ran = silent(&fixture, RECORD);
        let file = fixture.folder().join("recorded.har");
        assert_eq!(ran.status == 0, file.exists(), "{text}: {}", ran.err);
    }
}
