//! How reports look on a terminal. Elsewhere, and with `NO_COLOR`, `anstream`
//! takes the colours out.

use clap::builder::styling::{AnsiColor, Style};

use crate::model::{Connection, Definition, Failure, Problem, Token};
use crate::permissions::Checked;
use crate::scenario::{Called, Ended, Sent};

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Shows what went well.
pub(super) fn good(text: &str) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

/// Shows what went wrong.
pub(super) fn bad(text: &str) -> String {
    styled(AnsiColor::Red.on_default().bold(), text)
}

/// Shows a heading.
pub(super) fn strong(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// Shows what matters less.
pub(super) fn faint(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

/// Prints a label and what belongs to it, lines after the first indented.
pub(super) fn item(label: &str, text: &str) {
    say!("  {} {}", faint(&format!("{label:<11}")), indented(text));
}

/// The same for what went wrong.
pub(super) fn bad_item(label: &str, text: &str) {
    say!("  {} {}", faint(&format!("{label:<11}")), bad(&indented(text)));
}

fn indented(text: &str) -> String {
    printable(text).replace('\n', "\n              ")
}

/// Replaces control characters, which a terminal would obey, and keeps line
/// breaks.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

pub(super) fn connection(connection: &Connection) {
    item("derived", &connection.label);
    item("", &connection.hosts.join("\n"));
}

pub(super) fn notes(notes: &[String]) {
    for note in notes {
        item("note", note);
    }
}

pub(super) fn problems(problems: &[Problem]) {
    for problem in problems {
        let field = problem.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        item("problem", &format!("{field}{} ({})", problem.message, problem.code));
        if let Some(hint) = &problem.hint {
            item("", hint);
        }
    }
}

pub(super) fn sent(sent: &Sent) {
    item("sent", &format!("{} {}", sent.method, sent.url));
    match &sent.answer {
        Some(answer) => {
            let kind = answer.media_type.as_deref().unwrap_or("no media type");
            item("answered", &format!("{}, {kind}, {} bytes", answer.status, answer.bytes));
        }
        None => item("answered", "nothing that the connector could read"),
    }
}

/// Shows what came of an operation in a recording.
pub(super) fn called(called: &Called) {
    item("operation", &called.operation);
    called.sent.iter().for_each(sent);
    match &called.ended {
        Ended::Problems(found) => problems(found),
        Ended::Failed(found) => failure(found),
        Ended::Done(outcome) => {
            item("concluded", &format!("an outcome of {} bytes{}", outcome.output.len(), mark(outcome.partial)));
            outcome.warnings.iter().for_each(|text| item("warning", text));
        }
        Ended::Downloaded(received, _) => {
            let kind = &received.media_type;
            item("concluded", &format!("a download of {} bytes, {kind}{}", received.bytes, mark(received.partial)));
            received.warnings.iter().for_each(|text| item("warning", text));
        }
    }
}

fn mark(partial: bool) -> &'static str {
    if partial { ", partial" } else { "" }
}

pub(super) fn failure(failure: &Failure) {
    let field = failure.field.as_deref().map(|field| format!(", see {field}")).unwrap_or_default();
    item("concluded", &format!("{} ({}, {}{field})", failure.message, failure.code, failure.class));
    if let Some(hint) = &failure.hint {
        item("", hint);
    }
    if let Some(seconds) = failure.retry_after {
        item("", &format!("Wait {seconds} s."));
    }
    let said = [&failure.provider_code, &failure.provider_message].into_iter().flatten();
    let said: Vec<_> = said.map(String::as_str).collect();
    if !said.is_empty() {
        item("", &format!("The provider said: {}", said.join(": ")));
    }
}

/// Shows a token, its value masked unless asked for.
pub(super) fn token(token: &Token, show_value: bool) {
    let assumed = if token.lifetime_assumed { " (assumed)" } else { "" };
    let life = format!("lives {} s{assumed}, next one after {} s", token.expires_in, token.refresh_after);
    item("concluded", &format!("{} token, {life}", token.kind));
    item(
        "",
        &format!("granted: {}", if token.scopes.is_empty() { "nothing".to_owned() } else { token.scopes.join(" ") }),
    );
    if !token.missing_scopes.is_empty() {
        item("", &format!("not granted: {}", token.missing_scopes.join(" ")));
    }
    if show_value {
        item("token", token.value.expose());
    }
}

/// Shows what the credentials may do: granted, missing and which box to tick,
/// cannot be told.
pub(super) fn permissions(table: &[Checked], definition: &Definition) {
    for Checked { permission: id, standing } in table {
        let label = definition.permission(id);
        let label = label.map_or(id.as_str(), |permission| permission.label.as_str());
        let state = match standing.state.as_str() {
            "granted" => good("✓ granted"),
            "missing" => bad("✗ missing"),
            _ => faint("? unknown"),
        };
        say!("  {label:<20} {state}  {}", printable(&standing.detail));
    }
}
