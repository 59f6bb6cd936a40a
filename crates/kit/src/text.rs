//! Text from outside: pasted by a person, or written by a provider.

/// Returns whether a character is white space at the edge of a pasted value.
///
/// The set is that of `[\s\u0085]` in ECMA-262, so that the patterns of the
/// definition can say the same.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

/// Removes the white space around a pasted value.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Longest text of a provider that is passed on, in Unicode scalar values: enough
/// for every error description seen, too short for a whole page.
const MAX_PROVIDER_TEXT: usize = 300;

/// Cleans a provider's text for display: removes control characters and characters
/// that reorder the line, and truncates the rest to 300 characters. `None` when
/// nothing is left.
pub fn clean(text: &str) -> Option<String> {
    let shown: String = text
        .chars()
        .map(|c| if is_blank(c) { ' ' } else { c })
        .filter(|c| !c.is_control() && !reorders(*c))
        .take(MAX_PROVIDER_TEXT)
        .collect();
    let shown = shown.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// Returns whether a character changes the direction of the text around it (Unicode
/// Standard Annex #9), which can make a line read as another one.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trim_removes_what_people_paste_along() {
        for blank in [" ", "\t", "\r\n", "\u{a0}", "\u{feff}", "\u{85}", "\u{3000}"] {
            assert_eq!(trim(&format!("{blank}a b{blank}")), "a b");
        }
        assert_eq!(trim("\u{0}a"), "\u{0}a");
    }

    #[test]
    fn clean_removes_control_characters_and_cuts_to_300() {
        assert_eq!(clean("a\u{1b}[31mb\u{7}\u{202e}c").as_deref(), Some("a[31mbc"));
        assert_eq!(clean("one\r\ntwo").as_deref(), Some("one  two"));
        assert_eq!(clean(&"ü".repeat(1000)).map(|t| t.chars().count()), Some(300));
        assert_eq!(clean("\u{0}\n"), None);
    }
}
