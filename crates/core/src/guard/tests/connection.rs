use super::{SECRET, assert_accepted, assert_refused, bad_lines, longest_line, redactor};
use crate::functions::Function;
use crate::guard::connection::check;
use crate::guard::definition;
use crate::raw::Connection;
use crate::records::{self, HostRole};

pub(super) const LOGIN: &str = "canary-login.eu.nexthink.cloud";
pub(super) const API: &str = "canary.api.eu.nexthink.cloud";

/// A connection that breaks no rule.
fn good() -> Connection {
    let text = str::to_owned;
    Connection {
        key: text("canary/eu/canary-id"),
        label: text("Canary (EU)"),
        settings: vec![(text("instance"), text("canary")), (text("client_id"), text("canary-id"))],
        base_url: format!("https://{API}"),
        notes: vec![text("A canary."), text("Another canary.")],
    }
}

/// What the definition says is in `definition::good`: among others, the domains
/// `nexthink.cloud` and `canary.example`.
fn checked(value: Connection) -> Result<records::Connection, super::BadOutput> {
    check(value, &definition::check(super::definition::good()).unwrap(), &redactor())
}

/// The good connection, past the guard.
pub(super) fn connection() -> records::Connection {
    assert_accepted(good(), checked)
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Connection), at: &str, why: &str) {
    let mut value = good();
    change(&mut value);
    assert_refused(value, checked, (Function::Resolve, at, why));
}

#[track_caller]
fn accepted(change: impl FnOnce(&mut Connection)) {
    let mut value = good();
    change(&mut value);
    assert_accepted(value, checked);
}

#[test]
fn a_good_connection_is_returned_unchanged_with_the_hosts_of_its_settings() {
    let Connection { key, label, settings, base_url, notes } = good();
    let records::Connection { hosts, .. } = connection();
    assert!(connection().has_host(HostRole::Token, LOGIN) && connection().has_host(HostRole::Api, API));
    assert_eq!(connection(), records::Connection { key, label, settings, hosts, base_url, notes });
}

/// A place in a connection, and the way to it.
type Place = (&'static str, fn(&mut Connection) -> &mut String);

#[test]
fn every_line_holds_something_short_that_a_terminal_only_shows() {
    const LINES: [Place; 3] =
        [("label", |c| &mut c.label), ("notes[1]", |c| &mut c.notes[1]), ("base-url", |c| &mut c.base_url)];
    for (at, place) in LINES {
        for (line, why) in bad_lines() {
            refused(|c| *place(c) = line, at, why);
        }
    }
    for (_, place) in &LINES[..2] {
        accepted(|c| *place(c) = longest_line());
    }
}

#[test]
fn key_and_settings_may_be_empty() {
    const LINES: [Place; 2] = [("key", |c| &mut c.key), ("settings.client_id", |c| &mut c.settings[1].1)];
    for (at, place) in LINES {
        accepted(|c| *place(c) = longest_line());
        for (line, why) in bad_lines() {
            match why {
                "is empty" => accepted(|c| *place(c) = line),
                _ => refused(|c| *place(c) = line, at, why),
            }
        }
    }
    accepted(|c| drop(c.settings.pop()));
}

#[test]
fn a_list_has_at_most_200_items() {
    accepted(|c| c.notes = vec![c.notes[0].clone(); 200]);
    refused(|c| c.notes = vec![c.notes[0].clone(); 201], "notes", "has more than 200 items");
    // There are fewer fields than that; the length is looked at first.
    refused(|c| c.settings = vec![c.settings[0].clone(); 201], "settings", "has more than 200 items");
}

#[test]
fn settings_are_entries_of_known_fields_that_hold_no_secrets() {
    let why = "holds a key that is no field, or a secret one";
    for key in ["client_secret", "canary_key", "Instance", "", "canary\u{1b}"] {
        refused(|c| c.settings[1].0 = key.to_owned(), "settings", why);
    }
    refused(|c| c.settings[1].0 = c.settings[0].0.clone(), "settings", "holds the same one twice");
}

#[test]
fn the_base_url_is_https_and_in_normal_form() {
    for url in [
        format!("http://{API}"),
        format!("wss://{API}"),
        format!("HTTPS://{API}"),
        format!("https://{API}/"),
        format!("https://{API}/v1/"),
        format!("https://{API}:443"),
        format!("https://{API}:"),
        format!("https://@{API}"),
        format!("https:{API}"),
        format!("https:\\\\{API}"),
        format!("https://{API}/a/../b"),
        format!("https://{API}/a/%2e%2e/b"),
        format!("https://{API}/canary islands"),
        format!("https://{API}?canary"),
        format!(" https://{API}"),
        "https://CANARY.api.eu.nexthink.cloud".to_owned(),
        "https://canary%2eapi.eu.nexthink.cloud".to_owned(),
        "https://2130706433".to_owned(),
    ] {
        refused(|c| c.base_url = url, "base-url", "is not an `https` URL in normal form");
    }
    for url in ["canary", "/canary", API, "https://", "https://canаry.api.eu.nexthink.cloud", "https://canary:99999"] {
        refused(|c| c.base_url = url.to_owned(), "base-url", "is not a URL");
    }
    accepted(|c| c.base_url = format!("https://{API}/canary/v1"));
}

#[test]
fn the_base_url_names_neither_user_nor_port_nor_query_nor_fragment() {
    for url in [
        format!("https://canary@{API}"),
        format!("https://:canary@{API}"),
        format!("https://{API}@evil.example"),
        format!("https://{API}:8443"),
        format!("https://{API}:80"),
        format!("https://{API}/?canary"),
        format!("https://{API}/?"),
        format!("https://{API}/#canary"),
        format!("https://{API}/#"),
    ] {
        refused(|c| c.base_url = url, "base-url", "names a user, port, query or fragment");
    }
}

#[test]
fn the_base_url_leads_to_a_host_of_the_connection() {
    for url in [
        "https://evil.example",
        "https://127.0.0.1",
        "https://[::1]",
        "https://nexthink.cloud",
        "https://other.canary.api.eu.nexthink.cloud",
        "https://canary.api.eu.nexthink.cloud.evil.example",
        "https://canary.api.eu.nexthink.cloud.",
        "https://canary-login.eu.nexthink.cloud",
        "https://canary.web.nexthink.cloud",
    ] {
        let why = "names a host that is none of the connection's `api` hosts";
        refused(|c| c.base_url = url.to_owned(), "base-url", why);
    }
}

#[test]
fn a_connection_holds_no_secret() {
    let why = "contains a secret";
    refused(|c| c.key += SECRET, "key", why);
    refused(|c| c.label += SECRET, "label", why);
    refused(|c| c.base_url = format!("https://{API}/{SECRET}"), "base-url", why);
    refused(|c| c.notes[1] += SECRET, "notes[1]", why);
    refused(|c| c.settings[1].1 = SECRET.to_owned(), "settings.client_id", why);
    refused(
        |c| c.settings[0].1 = SECRET.to_owned(),
        "base-url",
        "names a host that is none of the connection's `api` hosts",
    );
    refused(|c| c.settings[1].1 = format!("({SECRET})"), "settings.client_id", why);
    // As in a Basic header: base64 of `canary-id:` and the secret.
    refused(|c| c.label = "Y2FuYXJ5LWlkOmNhbmFyeS1zM2NyZXQtMDAwMQ==".to_owned(), "label", why);
}
