//! Finding and hiding secrets in texts that someone else wrote.

use zeroize::Zeroizing;

use crate::encoding::{Form, json, lower_hex, without_escapes};
use crate::entries::{Entries, is_blank, trim};
use crate::secret::Secret;

/// Shortest secret to look for, in bytes. Shorter ones occur in any text by chance, and
/// no provider issues them.
pub const SHORTEST_SECRET: usize = 8;

/// What replaces a secret.
pub const HIDDEN: &str = "•••";

/// The secrets of one connection in every form in which they travel: as they are, in
/// JSON, percent- and form-encoded, in base64, and paired with another entry as in a
/// Basic header.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first, so that no part of a longer form is left over.
    needles: Vec<Needle>,
}

#[derive(Clone)]
struct Needle {
    form: Secret,
    /// Whether the secret also stands where everyone may see it: someone pasted
    /// the same text twice. Finding it then proves nothing.
    public: bool,
}

impl Redactor {
    /// Learns the secret entries. One that is also part of another entry, or of a text
    /// in `known`, is hidden like the rest but never found: its presence proves
    /// nothing.
    pub fn new(entries: &Entries, known: &[String]) -> Self {
        let mut needles = Vec::new();
        for secret in entries.secrets() {
            let cleaned = cleaned(secret);
            let mut forms = Vec::new();
            // Most secrets look the same in all three.
            let mut shapes = vec![secret];
            for shape in [trim(secret), trim(&cleaned)] {
                if !shapes.contains(&shape) {
                    shapes.push(shape);
                }
            }
            for shape in shapes.into_iter().filter(|shape| shape.len() >= SHORTEST_SECRET) {
                add(&mut forms, shape);
                for other in entries.plain() {
                    add_base64(&mut forms, &format!("{other}:{shape}"));
                    if trim(other) != other {
                        add_base64(&mut forms, &format!("{}:{shape}", trim(other)));
                    }
                }
            }
            let public =
                entries.plain().chain(known.iter().map(String::as_str)).any(|text| text.contains(trim(secret)));
            needles.extend(forms.into_iter().map(|form| Needle { form, public }));
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.form.expose().len()));
        Self { needles }
    }

    /// Learns one more secret, such as a token.
    pub fn and(mut self, secret: &Secret) -> Self {
        if secret.expose().len() >= SHORTEST_SECRET {
            let mut forms = Vec::new();
            add(&mut forms, secret.expose());
            self.needles.extend(forms.into_iter().map(|form| Needle { form, public: false }));
            self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.form.expose().len()));
        }
        self
    }

    /// Returns whether a text contains a secret, also one that is spelled with the escapes
    /// of JSON: whoever reads the JSON shows it plain.
    pub fn finds_in(&self, text: &str) -> bool {
        let found = |text: &str| self.needles.iter().any(|it| !it.public && text.contains(it.form.expose()));
        found(text) || (text.contains('\\') && found(&Zeroizing::new(without_escapes(text))))
    }

    /// Replaces every secret in a text, and the beginning of one where the text
    /// was cut.
    pub fn hide(&self, text: &str) -> String {
        let hide = |text: String, needle: &Needle| text.replace(needle.form.expose(), HIDDEN);
        let text = self.needles.iter().fold(text.to_owned(), hide);
        let cut = self
            .needles
            .iter()
            .filter_map(|needle| beginning_at_the_end(&text, needle.form.expose().trim_start()))
            .max();
        match cut {
            Some(length) => format!("{}{HIDDEN}", &text[..text.len() - length]),
            None => text,
        }
    }
}

/// Returns how many bytes at the end of a text are the beginning of a secret.
/// None where they are too few to tell.
fn beginning_at_the_end(text: &str, secret: &str) -> Option<usize> {
    // Nothing longer than the text stands at its end.
    let lengths = (SHORTEST_SECRET..secret.len().min(text.len() + 1)).rev();
    lengths.into_iter().find(|length| secret.get(..*length).is_some_and(|beginning| text.ends_with(beginning)))
}

/// Returns a secret as a connector repeats it in a text that it has cleaned: white
/// space is a space, what does not print is gone.
fn cleaned(secret: &str) -> Zeroizing<String> {
    let shown = secret.chars().map(|c| if is_blank(c) { ' ' } else { c });
    let reorders =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    Zeroizing::new(shown.filter(|c| !c.is_control() && !reorders(*c)).collect())
}

fn add(needles: &mut Vec<Secret>, secret: &str) {
    learn(needles, secret);
    // A provider may quote JSON in a text, quotation marks and all.
    learn(needles, json(secret));
    let form = Form::Form.write(secret);
    for encoded in [form.replace('+', "%20"), form, Form::Percent.write(secret)] {
        learn(needles, lower_hex(&encoded));
        learn(needles, encoded);
    }
    add_base64(needles, secret);
}

fn add_base64(needles: &mut Vec<Secret>, text: &str) {
    for form in Form::BASE64 {
        learn(needles, form.write(text));
    }
}

/// Adds a form that is not known yet: every needle is looked for in every text.
fn learn(needles: &mut Vec<Secret>, form: impl Into<String>) {
    let form = Secret::new(form);
    if needles.iter().all(|known| known.expose() != form.expose()) {
        needles.push(form);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(
            &Entries::new(vec![("id".into(), "acme".into()), ("secret".into(), " Pa+ss wörd/1 ".into())], &["secret"]),
            &[],
        )
    }

    #[test]
    fn every_form_of_a_secret_is_hidden() {
        for text in [
            "x Pa+ss wörd/1 y",
            "x Pa%2Bss+w%C3%B6rd%2F1 y",
            "x Pa%2bss+w%c3%b6rd%2f1 y",
            "x Pa%2Bss%20w%C3%B6rd%2F1 y",
            "x UGErc3Mgd8O2cmQvMQ== y",
            "x UGErc3Mgd8O2cmQvMQ y",
            "Basic YWNtZTpQYStzcyB3w7ZyZC8x!",
        ] {
            let hidden = redactor().hide(text);
            assert!(redactor().finds_in(text) && hidden.contains(HIDDEN), "{text} -> {hidden}");
            assert!(!hidden.contains("rd") && !hidden.contains("UGE") && !hidden.contains("YWNt"), "{hidden}");
        }
    }

    #[test]
    fn each_form_is_looked_for_once() {
        let pairs = vec![("id".into(), "acme".into()), ("secret".into(), "letters-only".into())];
        let needles = Redactor::new(&Entries::new(pairs, &["secret"]), &[]).needles;
        let mut forms: Vec<_> = needles.iter().map(|needle| needle.form.expose()).collect();
        let number = forms.len();
        forms.sort_unstable();
        forms.dedup();
        assert_eq!(forms.len(), number, "{forms:?}");
        // As it is; in base64; and in base64 after the id, with padding and without.
        assert_eq!(number, 4, "{forms:?}");
    }

    #[test]
    fn a_secret_that_is_learnt_later_is_hidden_too() {
        let redactor = redactor().and(&Secret::new("a.later/token"));
        assert_eq!(redactor.hide("x a.later/token y a.later%2Ftoken Pa+ss wörd/1"), "x ••• y ••• •••");
        assert!(redactor.finds_in("a.later/token") && !redactor.finds_in("a later token"));
    }

    #[test]
    fn no_escape_hides_a_secret() {
        for text in [
            r#"["\u0050a+ss w\u00f6rd\/1"]"#,
            r#"["\u0050\u0061\u002b\u0073\u0073\u0020\u0077\u00F6\u0072\u0064\u002f\u0031"]"#,
            r#"["YWNtZTpQYStzcyB3w7Zy\u005aC8x"]"#,
        ] {
            assert!(redactor().finds_in(text), "{text}");
        }
        assert!(!redactor().finds_in(r#"["\\u0050a+ss w\u00f6rd\/1"]"#), "an escaped backslash is a backslash");
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        assert_eq!(redactor().hide("acme is plain"), "acme is plain");
        let short = Redactor::new(&Entries::new(vec![("secret".into(), "a".into())], &["secret"]), &[]);
        assert_eq!(short.hide("banana"), "banana");
    }

    #[test]
    fn the_beginning_of_a_secret_at_the_end_of_a_cut_text_is_hidden() {
        assert_eq!(redactor().hide("it was Pa+ss wö"), "it was •••");
        assert_eq!(redactor().hide("it was YWNtZTpQYSt"), "it was •••");
        assert_eq!(redactor().hide("it was Pa+ss"), "it was Pa+ss");
    }

    #[test]
    fn a_secret_is_found_as_a_connector_cleans_it() {
        let entries = Entries::new(vec![("secret".into(), "Pass\u{a0}Word\u{202e}1".into())], &["secret"]);
        assert_eq!(Redactor::new(&entries, &[]).hide("no Pass Word1 here"), "no ••• here");
    }

    #[test]
    fn what_also_stands_in_the_open_is_hidden_but_not_found() {
        let pairs = vec![("id".into(), "same-text".into()), ("secret".into(), "same-text".into())];
        let redactor = Redactor::new(&Entries::new(pairs, &["secret"]), &[]);
        assert!(!redactor.finds_in("key same-text") && redactor.hide("key same-text") == "key •••");
        let entries = Entries::new(vec![("secret".into(), "nexthink.cloud".into())], &["secret"]);
        assert!(!Redactor::new(&entries, &["nexthink.cloud".into()]).finds_in("acme.api.eu.nexthink.cloud"));
    }
}
