//! The forms of ids.

use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// Returns whether a text is a SID: `^S(-\d+){2,10}$`, as documented.
pub(super) fn is_sid(text: &str) -> bool {
    let Some(numbers) = text.strip_prefix("S-") else { return false };
    let mut count = 0;
    numbers.split('-').all(|number| {
        count += 1;
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    }) && (2..=10).contains(&count)
}

/// Returns whether a text is a UPN: `^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$`, as documented.
pub(super) fn is_upn(text: &str) -> bool {
    let only = |text: &str, others: &str| {
        !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || others.contains(char))
    };
    text.split_once('@').is_some_and(|(name, domain)| {
        only(name, "._%+-")
            && domain.rsplit_once('.').is_some_and(|(host, top)| {
                only(host, ".-") && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic())
            })
    })
}

/// Returns whether two ids are the same with or without `#`: listings may leave it out, and details accept either.
pub(super) fn same_id(id: &str, given: &str) -> bool {
    id.trim_start_matches('#') == given.strip_prefix('#').unwrap_or(given)
}

/// Reads a UUID of any version in its usual spelling.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    // Other spellings have other lengths.
    Uuid::try_parse(text).ok().filter(|_| text.len() == Hyphenated::LENGTH)
}

/// Returns whether a text is a UUID of any version in its usual spelling.
pub(super) fn is_uuid(text: &str) -> bool {
    uuid(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::{is_sid, is_upn, is_uuid, same_id};

    #[test]
    fn a_sid_has_two_to_ten_numbers() {
        for (text, expected) in [
            ("S-1-5", true),
            ("S-1-5-21-1-2-3-1001", true),
            ("S-1-2-3-4-5-6-7-8-9-10", true),
            ("S-1", false),
            ("S-1-2-3-4-5-6-7-8-9-10-11", false),
            ("S-1--5", false),
            ("s-1-5", false),
            ("S-1-5a", false),
            ("", false),
        ] {
            assert_eq!(is_sid(text), expected, "{text}");
        }
    }

    #[test]
    fn a_upn_looks_like_an_address() {
        for (text, expected) in [
            ("a@b.example", true),
            ("a.b_c%d+e-f@g-1.h.ch", true),
            ("a@..ch", true),
            ("a", false),
            ("@b.ch", false),
            ("a@", false),
            ("a@.ch", false),
            ("a@b.c", false),
            ("a@b.c1", false),
            ("a@b@c.ch", false),
            ("a b@c.ch", false),
            ("ada@localhost", false),
            ("o'brien@b.example", false),
            ("zoë@b.example", false),
        ] {
            assert_eq!(is_upn(text), expected, "{text}");
        }
    }

    #[test]
    fn ids_are_the_same_with_and_without_their_sign() {
        assert!(same_id("#a", "#a") && same_id("#a", "a") && !same_id("#a", "##a") && !same_id("#a", "b"));
    }

    #[test]
    fn only_the_usual_spelling_is_a_uuid() {
        assert!(is_uuid("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
        for text in [
            "",
            "0",
            "3f2504e04f8941d39a0c0305e82c3301",
            "{00000000-0000-4000-8000-000000000000}",
            "00000000-0000-4000-8000-00000000000g",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
