//! Connectors that return anything: every check of the host's guard, without a component
//! before it. What a check accepts is looked at again here, by other code.

use std::sync::LazyLock;

use connector_core::guard::fuzzing::{self, Guard};
use connector_core::records::{
    Choice, Compression, Definition, Failure, Field, GuideStep, HostRole, HostTemplate, Link, Operation, Permission,
    PermissionStatus, Problem, Progress, Recovery, Request, Step, Token,
};
use connector_core::{BadOutput, Leave, Opened, Secret, raw};
use serde_json::value::RawValue;

use crate::format::Parts;
use crate::har::CONNECTOR;
use crate::{CANARY, assert_hidden};

/// The host of the connection that takes token requests.
const LOGIN: &str = "nxdocs-login.eu.nexthink.cloud";

/// The host of the connection that takes calls of the API.
const API: &str = "nxdocs.api.eu.nexthink.cloud";

/// What a person is sent away with.
const LEAVE: Leave<'static> = Leave { redirect_uri: "http://127.0.0.1/", state: "s", code_challenge: "c" };

struct Setting {
    opened: Opened,
    operation: &'static Operation,
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let pairs = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "example"), ("client_secret", CANARY)];
    let entries = CONNECTOR.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
    let opened = CONNECTOR.open(entries).expect("the entries are good");
    let connection = opened.connection();
    assert!(connection.has_host(HostRole::Token, LOGIN) && connection.has_host(HostRole::Api, API));
    let operations = CONNECTOR.operations().expect("the component is sound");
    let operation = operations.iter().find(|operation| operation.id == "nql.export").expect("it is offered");
    Setting { opened, operation }
});

/// Checks any value: the part that names its kind, and its members in the order of
/// the contract.
pub fn guard(input: &[u8]) {
    let Setting { opened, operation } = &*SETTING;
    let guard = Guard { definition: CONNECTOR.definition(), opened };
    let mut parts = Parts::new(input);
    let parts = &mut parts;
    match parts.bytes() {
        b"definition" => judge(fuzzing::definition(raw_definition(parts)), definition),
        b"operation" => {
            judge(fuzzing::operations(vec![raw_operation(parts)], guard.definition), |_| ());
        }
        b"connection" => judge(guard.connection(raw_connection(parts)), |connection| {
            assert!(connection.hosts.iter().all(|host| is_of_nexthink(&host.name)), "{connection:?}");
            assert!(connection.base_url.starts_with("https://"), "{connection:?}");
            assert_hidden(connection, "a connection");
        }),
        b"exchange" => {
            let raw = raw::Exchange { notes: parts.list(), request: raw_request(parts) };
            judge(guard.exchange(raw), |exchange| {
                sent(&exchange.request, |host| host == LOGIN);
                assert!(!exchange.request.authorized);
                assert_hidden(exchange, "an exchange");
            });
        }
        b"api-request" => judge(guard.api_request(raw_request(parts)), |request| {
            called(request);
        }),
        b"signed" => {
            let unsigned = guard.api_request(raw_request(parts));
            let (headers, query) = (parts.pairs(), parts.text());
            if let Ok(unsigned) = unsigned {
                judge(guard.signed(&unsigned, headers, &query), |signed| {
                    sent(signed, |host| host == API);
                    assert!(signed.url.as_str().starts_with(unsigned.url.as_str()));
                    assert!(signed.url.path() == unsigned.url.path() && *signed.body == *unsigned.body);
                });
            }
        }
        b"authorization-url" => {
            judge(guard.authorization_url(&parts.text(), &LEAVE), |url| {
                // The connection has no host for it.
                panic!("{url} is let through");
            });
        }
        b"send" => judge(guard.step(raw_send(parts), operation), step),
        b"download" => judge(guard.step(raw_download(parts), operation), step),
        b"done" => {
            let raw = raw::Outcome { output: parts.text(), partial: parts.flag(), warnings: parts.list() };
            judge(guard.step(raw::Step::Done(raw), operation), step);
        }
        b"problem" => {
            let (field, hint) = (parts.optional(), parts.optional());
            let problem = Problem { field, code: parts.text(), message: parts.text(), hint };
            judge(guard.problems(vec![problem]), |problems| assert_hidden(problems, "a problem"));
        }
        b"failure" => judge(guard.failure(raw_failure(parts)), |failure| {
            assert_hidden(failure, "a failure");
            printable(&[&failure.message]);
        }),
        b"token" => judge(guard.token(raw_token(parts)), |token| {
            assert_hidden(token, "a token");
            assert!(token.refresh_after < token.expires_in);
            assert!(!token.value.expose().is_empty() && token.value.expose().bytes().all(|b| b.is_ascii_graphic()));
        }),
        b"token-headers" => judge(fuzzing::token_headers(parts.pairs()), |headers| {
            assert!(headers.iter().all(|(_, value)| is_of_a_header(value.expose())));
        }),
        b"permission-status" => {
            let raw = PermissionStatus { state: parts.text(), detail: parts.text() };
            judge(guard.permission_status(raw), |status| {
                assert_hidden(status, "a permission status");
                printable(&[&status.detail]);
            });
        }
        _ => {}
    }
}

/// Looks at what was accepted; what was refused is refused without quoting it.
#[track_caller]
fn judge<T>(checked: Result<T, BadOutput>, look: impl FnOnce(&T)) {
    match checked {
        Ok(accepted) => look(&accepted),
        Err(error) => {
            assert_hidden(&error, "an error");
            assert_hidden(&error.to_string(), "an error");
            assert!(error.to_string().len() < 500 && !error.to_string().contains(char::is_control), "{error:?}");
        }
    }
}

fn definition(definition: &Definition) {
    printable(&[&definition.name, &definition.summary, &definition.version]);
    let icon = definition.icon.to_ascii_lowercase();
    for active in [
        "<script",
        "<foreignobject",
        "<iframe",
        "<image",
        "<use",
        "<style",
        "<mask",
        "<clippath",
        "<filter",
        "javascript:",
        "&#",
    ] {
        assert!(!icon.contains(active), "{icon}");
    }
    assert!(definition.domains.iter().all(|domain| domain.contains('.')), "{:?}", definition.domains);
    assert!(definition.links.iter().all(|link| link.url.to_ascii_lowercase().starts_with("https:")));
}

fn step(step: &Step) {
    match step {
        Step::Send(pending) => {
            called(&pending.request);
            assert!(pending.wait <= 3600);
            assert_hidden(&String::from_utf8_lossy(&pending.state.0), "a state");
            assert_hidden(&pending.progress, "progress");
        }
        Step::Download(download) => {
            let request = download.link.expose();
            sent(request, |host| is_of_nexthink(host) || host.ends_with(".amazonaws.com") || host == "amazonaws.com");
            assert!(!request.authorized && request.header("authorization").is_none());
            assert_hidden(&request.url, "a link");
            assert_hidden(&download, "a download");
            assert!(matches!(download.compression, Compression::None | Compression::Gzip | Compression::Zstd));
        }
        Step::Done(outcome) => {
            assert!(serde_json::from_str::<&RawValue>(&outcome.output).is_ok());
            assert_hidden(outcome, "an outcome");
            printable(&outcome.warnings.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}

/// Asserts that a request goes where it may, by cutting its URL up as RFC 3986 does.
fn sent(request: &Request, may: impl FnOnce(&str) -> bool) {
    let url = request.url.as_str();
    let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("{url}"));
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    assert!(may(authority), "{url}");
    assert!(url.bytes().all(|b| b.is_ascii_graphic()) && !url.contains('#'), "{url}");
    for (name, value) in &request.headers {
        assert!(name.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase() && b != b':'), "{name}");
        assert!(is_of_a_header(value.expose()), "{name}");
        assert!(!["host", "content-length", "transfer-encoding"].contains(&name.as_str()));
    }
    assert!(request.timeout > 0 && request.response_limit > 0);
    assert!(!matches!(request.method.as_str(), "CONNECT" | "TRACE"));
}

/// Looks at a request to the API. One that is not authorized shows no secret anywhere.
fn called(request: &Request) {
    sent(request, |host| host == API);
    assert!(request.header("authorization").is_none() && request.header("cookie").is_none());
    if !request.authorized {
        assert_hidden(&request.url, "a URL");
        assert_hidden(&String::from_utf8_lossy(&request.body), "a body");
        for (_, value) in &request.headers {
            assert_hidden(&value.expose(), "a header");
        }
    }
}

fn is_of_nexthink(host: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    (host == "nexthink.cloud" || host.ends_with(".nexthink.cloud")) && host.bytes().all(inside)
}

fn is_of_a_header(value: &str) -> bool {
    value.bytes().all(|b| b == b'\t' || b == b' ' || b.is_ascii_graphic())
}

#[track_caller]
fn printable(texts: &[&str]) {
    assert!(texts.iter().all(|text| !text.trim().is_empty() && !text.contains(char::is_control)), "{texts:?}");
}

fn raw_connection(parts: &mut Parts) -> raw::Connection {
    raw::Connection {
        key: parts.text(),
        label: parts.text(),
        settings: parts.pairs(),
        base_url: parts.text(),
        notes: parts.list(),
    }
}

fn raw_request(parts: &mut Parts) -> raw::Request {
    raw::Request {
        method: parts.text(),
        url: parts.text(),
        headers: parts.pairs(),
        body: parts.bytes().to_vec(),
        authorized: parts.flag(),
        repeatable: parts.flag(),
        timeout: parts.number(),
        response_limit: parts.number(),
    }
}

fn raw_send(parts: &mut Parts) -> raw::Step {
    raw::Step::Send(raw::Pending {
        request: raw_request(parts),
        wait: parts.number(),
        state: parts.bytes().to_vec(),
        progress: Progress { text: parts.text(), done: parts.number(), total: parts.number() },
    })
}

fn raw_download(parts: &mut Parts) -> raw::Step {
    raw::Step::Download(raw::Download {
        request: raw_request(parts),
        state: parts.bytes().to_vec(),
        media_type: parts.text(),
        compression: match parts.text().as_str() {
            "gzip" => Compression::Gzip,
            "zstd" => Compression::Zstd,
            _ => Compression::None,
        },
        partial: parts.flag(),
        warnings: parts.list(),
    })
}

fn raw_failure(parts: &mut Parts) -> Failure {
    Failure {
        code: parts.text(),
        recovery: recovery(parts),
        message: parts.text(),
        hint: parts.optional(),
        field: parts.optional(),
        provider_code: parts.optional(),
        provider_message: parts.optional(),
    }
}

fn recovery(parts: &mut Parts) -> Recovery {
    let seconds: u32 = parts.number();
    match seconds % 6 {
        0 => Recovery::Reconfigure,
        1 => Recovery::RenewToken,
        2 => Recovery::Retry(Some(seconds)),
        3 => Recovery::RetryIfRepeatable(Some(seconds)),
        4 => Recovery::GiveUp,
        _ => Recovery::Alarm,
    }
}

fn raw_token(parts: &mut Parts) -> Token {
    Token {
        value: Secret::new(parts.text()),
        kind: parts.text(),
        expires_in: parts.number(),
        refresh_after: parts.number(),
        lifetime_assumed: parts.flag(),
        scopes: parts.list(),
        missing_scopes: parts.list(),
        refresh_token: parts.optional().map(Secret::new),
    }
}

fn raw_operation(parts: &mut Parts) -> raw::Operation {
    raw::Operation {
        id: parts.text(),
        title: parts.text(),
        description: parts.text(),
        permission: parts.optional(),
        effect: parts.text(),
        input_schema: parts.text(),
        output_schema: parts.text(),
        documentation: parts.text(),
        download_domains: parts.list(),
    }
}

/// A field, a choice, a permission and a step are enough to break every rule.
fn raw_definition(parts: &mut Parts) -> Definition {
    Definition {
        id: parts.text(),
        name: parts.text(),
        summary: parts.text(),
        version: parts.text(),
        categories: parts.list(),
        icon: parts.text(),
        links: parts.pairs().into_iter().map(|(relation, url)| Link { relation, url }).collect(),
        domains: parts.list(),
        hosts: vec![HostTemplate { role: HostRole::Api, platform: parts.optional(), template: parts.text() }],
        auth: parts.text(),
        prerequisites: parts.list(),
        extra: parts.pairs(),
        guide: vec![GuideStep { id: parts.text(), title: parts.text(), text: parts.text() }],
        permissions: vec![Permission { id: parts.text(), label: parts.text(), purpose: parts.text() }],
        fields: vec![Field {
            key: parts.text(),
            label: parts.text(),
            description: parts.text(),
            kind: parts.text(),
            required: parts.flag(),
            example: parts.optional(),
            default: parts.optional(),
            pattern: parts.optional(),
            max_length: Some(parts.number()),
            guide_step: parts.optional(),
            choices: parts.pairs().into_iter().map(|(value, label)| Choice { value, label }).collect(),
        }],
    }
}
