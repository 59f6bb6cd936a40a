//! Text of others without what a terminal would obey.

use std::fmt::Write as _;

/// What the styles of reports write, which is all that a terminal is told to do.
const SEQUENCES: [&str; 5] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m"];

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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::show::{bad, faint, good, strong};

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
