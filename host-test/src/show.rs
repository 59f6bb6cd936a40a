//! How reports look on a terminal. Elsewhere, and with `NO_COLOR`, `anstream`
//! takes the colours out.

use std::io::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use connector_host::records::{Connection, Definition, Failure, HostRole, Problem, Token};
use connector_host::{Connector, PermissionCheck};
use connector_recordings::{Called, Ended, Sent};
use serde_json::{Value, json};

use crate::error::Error;

pub(crate) use crate::plain::{harmless, plain_json, printable};

fn styled(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", printable(text))
}

/// Styles a success.
pub(crate) fn good(text: &str) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

/// Styles a failure.
pub(crate) fn bad(text: &str) -> String {
    styled(AnsiColor::Red.on_default().bold(), text)
}

/// Styles a heading.
pub(crate) fn strong(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// Styles what matters less.
pub(crate) fn faint(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

/// Prints a label and its text, lines after the first indented.
pub(crate) fn item(label: &str, text: &str) {
    say!("  {} {}", faint(&format!("{label:<11}")), indented(text));
}

/// Prints the same for a failure.
pub(crate) fn bad_item(label: &str, text: &str) {
    say!("  {} {}", faint(&format!("{label:<11}")), bad(&indented(text)));
}

fn indented(text: &str) -> String {
    printable(text).replace('\n', "\n              ")
}

/// Prints a report for scripts.
pub(crate) fn json(report: &Value) {
    say!("{}", plain_json(&format!("{report:#}")));
}

/// Prints a line to standard error, if that can be written.
pub(crate) fn note(line: &str) {
    let _ = writeln!(anstream::stderr(), "{}", harmless(line));
}

/// Reports a file that was written, and how much is in it.
pub(crate) fn written(path: &Path, count: usize, (member, unit): (&str, &str), json: bool) {
    if json {
        self::json(&json!({ "file": path.to_string_lossy(), member: count }));
    } else {
        item("written", &format!("{}, {count} {unit}", path.display()));
    }
}

/// Prints the hosts that a connector may reach: with credentials, and for downloads.
pub(crate) fn reach(connector: &Connector) -> Result<(), Error> {
    item("hosts", &format!("under {}", connector.definition().domains.join(", ")));
    let downloads = connector.download_domains()?;
    if !downloads.is_empty() {
        item("downloads", &format!("from under {}, without credentials", downloads.join(", ")));
    }
    Ok(())
}

pub(crate) fn connection(connection: &Connection) {
    item("resolved", &connection.label);
    // What people see in their browser receives nothing.
    let hosts = connection.hosts.iter().filter(|host| host.role != HostRole::Web);
    let mut names: Vec<_> = hosts.map(|host| host.name.as_str()).collect();
    names.dedup();
    item("", &names.join("\n"));
}

pub(crate) fn notes(notes: &[String]) {
    for note in notes {
        item("note", note);
    }
}

pub(crate) fn problems(problems: &[Problem]) {
    for problem in problems {
        let field = problem.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        item("problem", &format!("{field}{} ({})", problem.message, problem.code));
        if let Some(hint) = &problem.hint {
            item("", hint);
        }
    }
}

pub(crate) fn sent(sent: &Sent) {
    item("sent", &format!("{} {}", sent.method, sent.url));
    match &sent.response {
        Some(response) => {
            let kind = response.media_type.as_deref().unwrap_or("no media type");
            item("received", &format!("{}, {kind}, {} bytes", response.status, response.bytes));
        }
        None => item("received", "no response"),
    }
}

/// Shows how an operation of a recording ended.
pub(crate) fn called(called: &Called) {
    match &called.ended {
        Ended::Problems(found) => problems(found),
        Ended::Failed(found) => failure(found),
        Ended::Done(outcome) => {
            item("result", &format!("JSON, {} bytes{}", outcome.output.len(), mark(outcome.partial)));
            outcome.warnings.iter().for_each(|text| item("warning", text));
        }
        Ended::Downloaded(downloaded, _) => {
            let kind = &downloaded.media_type;
            item("result", &format!("{kind}, {} bytes{}", downloaded.bytes, mark(downloaded.partial)));
            downloaded.warnings.iter().for_each(|text| item("warning", text));
        }
    }
}

fn mark(partial: bool) -> &'static str {
    if partial { ", partial" } else { "" }
}

pub(crate) fn failure(failure: &Failure) {
    let field = failure.field.as_deref().map(|field| format!(", see {field}")).unwrap_or_default();
    item("result", &format!("{} ({}, {}{field})", failure.message, failure.code, failure.recovery.name()));
    if let Some(hint) = &failure.hint {
        item("", hint);
    }
    if let Some(seconds) = failure.recovery.retry_after() {
        item("", &format!("Wait {seconds} s."));
    }
    let said = [&failure.provider_code, &failure.provider_message].into_iter().flatten();
    let said: Vec<_> = said.map(String::as_str).collect();
    if !said.is_empty() {
        item("", &format!("Provider: {}", said.join(": ")));
    }
}

/// Shows a token, its value masked unless asked for.
pub(crate) fn token(token: &Token, show_value: bool) {
    let assumed = if token.lifetime_assumed { " (assumed)" } else { "" };
    let life = format!("lives {} s{assumed}, next one after {} s", token.expires_in, token.refresh_after);
    item("result", &format!("{} token, {life}", token.kind));
    item("", &format!("scopes: {}", if token.scopes.is_empty() { "none".to_owned() } else { token.scopes.join(" ") }));
    if !token.missing_scopes.is_empty() {
        item("", &format!("not granted: {}", token.missing_scopes.join(" ")));
    }
    if show_value {
        item("token", token.value.expose());
    }
}

/// Shows what the credentials may do.
pub(crate) fn permissions(table: &[PermissionCheck], definition: &Definition) {
    for PermissionCheck { permission: id, status } in table {
        let label = definition.permission(id);
        let label = label.map_or(id.as_str(), |permission| permission.label.as_str());
        let state = match status.state.as_str() {
            "granted" => good("✓ granted"),
            "missing" => bad("✗ missing"),
            _ => faint("? unknown"),
        };
        say!("  {label:<20} {state}  {}", printable(&status.detail));
    }
}
