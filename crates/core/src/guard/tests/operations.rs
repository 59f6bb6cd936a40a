use super::connection::{API, connection};
use super::{CANARY, SECRET, assert_accepted, assert_refused, bad_lines, redactor};
use crate::Secret;
use crate::functions::Function;
use crate::guard::operations::{operations, step};
use crate::raw;
use crate::records::{self, Compression, Step};
use crate::records::{Definition, Permission};

const TOKEN: &str = "canary.token-0123456789";

const STORAGE: &str = "https://canary.s3.eu-west-1.amazonaws.com/canary?signature=canary";

fn definition() -> Definition {
    let permission = Permission { id: "canary".into(), label: "Canary".into(), purpose: "singing".into() };
    Definition {
        id: "canary".into(),
        name: "Canary".into(),
        summary: "Sings.".into(),
        version: "1.0.0".into(),
        categories: Vec::new(),
        icon: "<svg/>".into(),
        links: Vec::new(),
        domains: vec!["nexthink.cloud".into()],
        hosts: super::hosts::good(),
        auth: "none".into(),
        fields: Vec::new(),
        permissions: vec![permission],
        prerequisites: Vec::new(),
        guide: Vec::new(),
        extra: Vec::new(),
    }
}

fn good_operation() -> raw::Operation {
    raw::Operation {
        id: "canary.sing-v2".into(),
        title: "Canary".into(),
        description: "Sings like a canary.".into(),
        permission: Some("canary".into()),
        effect: "read".into(),
        input_schema: r#"{"type":"object","title":"canary"}"#.into(),
        output_schema: r#"{"type":"object"}"#.into(),
        documentation: "https://docs.example/canary".into(),
        download_domains: vec!["amazonaws.com".into()],
    }
}

fn good_request(authorized: bool) -> raw::Request {
    let url = if authorized { format!("https://{API}/canary") } else { STORAGE.to_owned() };
    raw::Request {
        method: "GET".into(),
        url,
        headers: vec![("user-agent".into(), "canary".into())],
        body: Vec::new(),
        authorized,
        repeatable: true,
        timeout: 30,
        response_limit: 1024,
    }
}

fn good_pending() -> raw::Pending {
    let progress = records::Progress { text: "Canary sings".into(), done: 1, total: 2 };
    raw::Pending { request: good_request(true), wait: 3600, state: b"canary\xff".to_vec(), progress }
}

fn good_download() -> raw::Download {
    raw::Download {
        request: raw::Request { timeout: 1800, response_limit: u32::MAX, ..good_request(false) },
        state: b"canary".to_vec(),
        media_type: "text/csv".into(),
        compression: Compression::Zstd,
        partial: true,
        warnings: vec!["A canary.".into()],
    }
}

fn good_outcome() -> raw::Outcome {
    raw::Outcome { output: r#"{"canary":1}"#.into(), partial: false, warnings: vec!["A canary.".into()] }
}

fn offered(value: raw::Operation) -> Result<Vec<records::Operation>, super::BadOutput> {
    operations(vec![value], &definition())
}

fn checked(value: raw::Step) -> Result<Step, super::BadOutput> {
    let operation = offered(good_operation()).unwrap().remove(0);
    let redactor = redactor().and(&Secret::new(TOKEN));
    step(Function::Resume, value, &connection(), &operation, &definition(), &redactor)
}

#[track_caller]
fn refused_operation(change: impl FnOnce(&mut raw::Operation), at: &str, why: &str) {
    let mut value = good_operation();
    change(&mut value);
    assert_refused(value, offered, (Function::ListOperations, at, why));
}

#[track_caller]
fn refused_pending(change: impl FnOnce(&mut raw::Pending), at: &str, why: &str) {
    let mut value = good_pending();
    change(&mut value);
    assert_refused(raw::Step::Send(value), checked, (Function::Resume, at, why));
}

#[track_caller]
fn refused_download(change: impl FnOnce(&mut raw::Download), at: &str, why: &str) {
    let mut value = good_download();
    change(&mut value);
    assert_refused(raw::Step::Download(value), checked, (Function::Resume, at, why));
}

#[track_caller]
fn refused_outcome(change: impl FnOnce(&mut raw::Outcome), at: &str, why: &str) {
    let mut value = good_outcome();
    change(&mut value);
    assert_refused(raw::Step::Done(value), checked, (Function::Resume, at, why));
}

#[test]
fn a_good_operation_is_returned() {
    let operation = assert_accepted(good_operation(), offered).remove(0);
    assert_eq!((operation.id.as_str(), operation.effect.as_str()), ("canary.sing-v2", "read"));
    assert_eq!(operation.input_schema["title"], "canary");
    assert!(!operation.is_destructive());
}

#[test]
fn an_effect_that_this_host_does_not_know_counts_as_destructive() {
    for (effect, destructive) in [("read", false), ("write", false), ("destructive", true), ("canary", true)] {
        let operation = assert_accepted(raw::Operation { effect: effect.into(), ..good_operation() }, offered);
        assert_eq!(operation[0].is_destructive(), destructive, "{effect}");
    }
}

#[test]
fn an_id_consists_of_dotted_words_and_is_there_once() {
    let why = "is not a word of lower-case letters, digits and hyphens";
    for id in ["", ".", "canary.", "Canary", "canary sings", "canary/sing"] {
        refused_operation(|o| o.id = id.into(), "[0].id", why);
    }
    let twice = vec![good_operation(), good_operation()];
    assert_refused(
        twice,
        |twice| operations(twice, &definition()),
        (Function::ListOperations, "", "holds the same one twice"),
    );
}

#[test]
fn texts_of_an_operation_are_single_lines() {
    for (line, why) in bad_lines() {
        refused_operation(|o| o.title = line.clone(), "[0].title", why);
        refused_operation(|o| o.description = line.clone(), "[0].description", why);
    }
}

#[test]
fn an_operation_names_what_exists() {
    let why = "names a permission that the definition does not have";
    refused_operation(|o| o.permission = Some("other canary".into()), "[0].permission", why);
    let why = "is not an absolute `https` URL";
    refused_operation(|o| o.documentation = "http://canary.example/".into(), "[0].documentation", why);
    for domain in ["", "com", "Canary.example", "127.0.0.1", "*.canary.example", ".canary.example"] {
        let why = "is not a domain in lower case";
        refused_operation(|o| o.download_domains[0] = domain.into(), "[0].download-domains[0]", why);
    }
}

#[test]
fn a_schema_is_a_json_object_of_bounded_size() {
    for schema in ["", "canary", "[]", "true", "{", "{} {}"] {
        refused_operation(|o| o.input_schema = schema.into(), "[0].input-schema", "is not a JSON object");
        refused_operation(|o| o.output_schema = schema.into(), "[0].output-schema", "is not a JSON object");
    }
    let long = format!(r#"{{"title":"{CANARY}{}"}}"#, "x".repeat(64 * 1024));
    refused_operation(|o| o.input_schema = long, "[0].input-schema", "is longer than 65536 bytes");
}

#[test]
fn a_good_step_is_returned() {
    let Step::Send(pending) = assert_accepted(raw::Step::Send(good_pending()), checked) else { panic!() };
    assert_eq!((pending.wait, pending.state.0.as_slice()), (3600, &b"canary\xff"[..]));
    assert!(pending.request.authorized);
    let Step::Done(outcome) = assert_accepted(raw::Step::Done(good_outcome()), checked) else { panic!() };
    assert_eq!(outcome.output, r#"{"canary":1}"#);
}

#[test]
fn a_request_of_a_step_is_held_to_the_rules_of_the_api() {
    let at = "send.request.url";
    let why = "names a host that is none of the connection's `api` hosts";
    for url in [STORAGE, "https://canary.evil.example/", "https://other.nexthink.cloud/"] {
        refused_pending(|p| p.request.url = url.into(), at, why);
    }
    refused_pending(|p| p.request.url = format!("http://{API}/"), at, "is not an `https` URL");
    refused_pending(|p| p.request.url = format!("https://{API}:8443/"), at, "names a user, port or fragment");
    refused_pending(|p| p.request.url = format!("https://{API}/{SECRET}"), at, "contains a secret");
    refused_pending(|p| p.request.url = format!("https://{API}/{TOKEN}"), at, "contains a secret");
    let why = "carry an authorization of their own";
    let own = ("authorization".to_owned(), "Bearer canary".to_owned());
    refused_pending(|p| p.request.headers.push(own), "send.request.headers", why);
}

#[test]
fn a_step_waits_an_hour_at_most() {
    for wait in [3601, u32::MAX] {
        refused_pending(|p| p.wait = wait, "send.wait", "is more than 3600 seconds");
    }
}

#[test]
fn a_state_is_bounded_and_holds_no_secret() {
    let long = "is longer than 1048576 bytes";
    refused_pending(|p| p.state = vec![b'x'; (1 << 20) + 1], "send.state", long);
    refused_download(|d| d.state = vec![b'x'; (1 << 20) + 1], "download.state", long);
    for secret in [SECRET, TOKEN] {
        let hidden = [b"\xff canary ", secret.as_bytes(), b"!"].concat();
        refused_pending(|p| p.state.clone_from(&hidden), "send.state", "contains a secret");
        refused_download(|d| d.state = hidden, "download.state", "contains a secret");
    }
}

#[test]
fn a_progress_is_a_line_whose_secrets_are_hidden() {
    for (line, why) in bad_lines() {
        refused_pending(|p| p.progress.text = line, "send.progress.text", why);
    }
    let mut value = good_pending();
    value.progress.text = format!("Sings {SECRET}");
    let Step::Send(pending) = assert_accepted(raw::Step::Send(value), checked) else { panic!() };
    assert_eq!(pending.progress, records::Progress { text: "Sings •••".into(), done: 1, total: 2 });
}

#[test]
fn a_good_download_is_returned_and_its_url_is_not_shown() {
    let step = assert_accepted(raw::Step::Download(good_download()), checked);
    let shown = format!("{step:?}");
    assert!(shown.contains("canary.s3.eu-west-1.amazonaws.com") && !shown.contains("signature"), "{shown}");
    let Step::Download(download) = step else { panic!("{shown}") };
    assert_eq!(download.link.expose().url.as_str(), STORAGE);
    assert_eq!((download.compression, download.partial), (Compression::Zstd, true));
    assert_eq!(download.link.expose().response_limit, u32::MAX);
}

#[test]
fn a_download_comes_from_the_domains_alone() {
    let good = [
        "https://amazonaws.com/canary",
        "https://s3.amazonaws.com/canary?a=b",
        "https://canary.api.eu.nexthink.cloud/file",
    ];
    for url in good {
        let mut value = good_download();
        value.request.url = url.into();
        assert_accepted(raw::Step::Download(value), checked);
    }
    let (at, elsewhere) = ("download.request.url", "names a host outside of the domains that a download may come from");
    for (url, why) in [
        ("https://evilamazonaws.com/canary", elsewhere),
        ("https://amazonaws.com.evil.example/canary", elsewhere),
        ("https://amazonaws.co/canary", elsewhere),
        ("https://com/canary", elsewhere),
        ("https://127.0.0.1/canary", elsewhere),
        ("https://[::1]/canary", elsewhere),
        ("https://s3.amazonaws.com:8443/canary", "names a user, port or fragment"),
        ("https://canary@s3.amazonaws.com/", "names a user, port or fragment"),
        ("https://amazonaws.com@evil.example/canary", "names a user, port or fragment"),
        ("https://s3.amazonaws.com/#canary", "names a user, port or fragment"),
        ("https://S3.amazonaws.com/canary", "is not in normal form"),
        ("http://s3.amazonaws.com/canary", "is not an `https` URL"),
    ] {
        refused_download(|d| d.request.url = url.into(), at, why);
    }
    refused_download(|d| d.request.url = format!("{STORAGE}{SECRET}"), at, "contains a secret");
}

#[test]
fn a_download_proves_nothing_but_its_link() {
    let why = "asks for the token, which a link needs not";
    refused_download(|d| d.request.authorized = true, "download.request.authorized", why);
    for name in ["authorization", "cookie"] {
        let header = (name.to_owned(), "canary".to_owned());
        refused_download(|d| d.request.headers.push(header), "download.request.headers", "say who asks");
    }
    let header = ("x-canary".to_owned(), TOKEN.to_owned());
    refused_download(|d| d.request.headers.push(header), "download.request.headers", "contains a secret");
    refused_download(|d| d.request.method = "POST".into(), "download.request.method", "is not `GET`");
    let why = "belongs to a method that has none";
    refused_download(|d| d.request.body = b"canary".to_vec(), "download.request.body", why);
    let why = "is not from 1 to 86400 seconds";
    refused_download(|d| d.request.timeout = 86_401, "download.request.timeout", why);
}

#[test]
fn a_download_says_how_to_read_it() {
    for (line, why) in bad_lines() {
        refused_download(|d| d.media_type = line.clone(), "download.media-type", why);
        refused_download(|d| d.warnings[0] = line, "download.warnings[0]", why);
    }
    refused_download(|d| d.media_type = format!("text/{SECRET}"), "download.media-type", "contains a secret");
}

#[test]
fn an_outcome_is_json_and_its_warnings_are_lines() {
    for output in ["", "canary", "{", "{} {}", "\u{feff}{}"] {
        refused_outcome(|o| o.output = output.into(), "done.output", "is not JSON");
    }
    for (line, why) in bad_lines() {
        refused_outcome(|o| o.warnings[0] = line, "done.warnings[0]", why);
    }
}

#[test]
fn a_secret_that_the_provider_repeats_is_hidden_and_a_warning_says_so() {
    let said = "The provider's response contained a secret of the connection, which was hidden.";
    for secret in [SECRET, TOKEN] {
        let output = format!(r#"{{"{secret}":["x {secret}\n"],"canary":1}}"#);
        let outcome = |output: &str, warning: &str| raw::Outcome {
            output: output.to_owned(),
            partial: false,
            warnings: vec![warning.to_owned()],
        };
        for (value, output, warnings) in [
            (outcome(&output, "A canary."), r#"{"•••":["x •••\n"],"canary":1}"#, [Some("A canary."), Some(said)]),
            (outcome("[]", &format!("No {secret}.")), "[]", [Some("No •••."), Some(said)]),
            (outcome("[]", "A canary."), "[]", [Some("A canary."), None]),
        ] {
            let Step::Done(outcome) = assert_accepted(raw::Step::Done(value), checked) else { panic!() };
            assert_eq!(
                (outcome.output.as_str(), &outcome.warnings),
                (output, &warnings.into_iter().flatten().map(str::to_owned).collect())
            );
        }
        let value = raw::Download { warnings: vec![format!("No {secret}.")], ..good_download() };
        let Step::Download(download) = assert_accepted(raw::Step::Download(value), checked) else { panic!() };
        assert_eq!(download.warnings, ["No •••.", said]);
    }
}
