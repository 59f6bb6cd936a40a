//! How reports look on a terminal. Elsewhere, and with `NO_COLOR`, `anstream`
//! takes the colours out.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use connector_host::PermissionCheck;
use connector_host::records::{Connection, Definition, Failure, Problem, Token};
use connector_recordings::{Called, Ended, Sent};
use serde_json::{Value, json};

/// What the styles of this module write, which is all that a terminal is told to do.
const SEQUENCES: [&str; 5] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m"];

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

/// Replaces what a terminal would obey and keeps line breaks.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Does the same for a line that has styles in it.
pub(crate) fn harmless(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find('\u{1b}') {
        shown += &printable(&rest[..start]);
        rest = &rest[start..];
        let sequence = SEQUENCES.into_iter().find(|sequence| rest.starts_with(sequence));
        shown += sequence.unwrap_or("\u{fffd}");
        rest = &rest[sequence.map_or(1, str::len)..];
    }
    shown + &printable(rest)
}

/// Returns whether a terminal obeys a character instead of showing it: controls, those of
/// the direction of text (Unicode §23.2), and separators of lines.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Prints a report for scripts.
pub(crate) fn json(report: &Value) {
    say!("{}", plain_json(&format!("{report:#}")));
}

/// Escapes what a terminal would obey in a text that is JSON, where it is in strings alone.
pub(crate) fn plain_json(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) && !matches!(c, '\n' | '\r' | '\t') {
            let _ = write!(plain, "\\u{:04x}", u32::from(c));
        } else {
            plain.push(c);
        }
    }
    plain
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

pub(crate) fn connection(connection: &Connection) {
    item("resolved", &connection.label);
    item("", &connection.hosts.join("\n"));
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
    item("result", &format!("{} ({}, {}{field})", failure.message, failure.code, failure.class));
    if let Some(hint) = &failure.hint {
        item("", hint);
    }
    if let Some(seconds) = failure.retry_after {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Title of the window, colour, C1, direction, lines.
    const HOSTILE: &str = "a\u{1b}]0;b\u{7}\u{1b}[31mc\u{9b}2J\u{202e}d\u{2066}\u{2028}e\u{7f}";

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through_but_the_styles() {
        let shown = "a\u{fffd}]0;b\u{fffd}\u{fffd}[31mc\u{fffd}2J\u{fffd}d\u{fffd}\u{fffd}e\u{fffd}";
        assert_eq!(printable(HOSTILE), shown);
        assert_eq!(harmless(&good(HOSTILE)), format!("\u{1b}[32m{shown}\u{1b}[0m"));
        assert_eq!(harmless("\u{1b}]0;\u{1b}[2J\u{1b}"), "\u{fffd}]0;\u{fffd}[2J\u{fffd}");
        for line in [good("x"), bad("x"), strong("x"), faint("x")] {
            assert_eq!(harmless(&line), line);
        }
    }

    #[test]
    fn json_stays_the_same_value_without_what_a_terminal_obeys() {
        let plain = plain_json(&format!("{:#}", json!({ HOSTILE: [HOSTILE] })));
        assert!(!plain.contains(|c: char| is_obeyed(c) && c != '\n'), "{plain}");
        assert_eq!(serde_json::from_str::<Value>(&plain).unwrap(), json!({ HOSTILE: [HOSTILE] }));
    }
}
