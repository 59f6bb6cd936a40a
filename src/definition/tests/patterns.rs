//! The patterns of the form and the connector agree on every value.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use regress::Regex;

use super::*;
use crate::connection::resolve;
use crate::entries::Entries;
use crate::{text, token};

/// Each pattern as a form compiles it: by scripts (no flag), by JSON Schema
/// (`u`) and by HTML (`v`).
static COMPILED: LazyLock<Vec<(&str, Vec<Regex>)>> = LazyLock::new(|| {
    let compile = |field: &Field| {
        let whole = format!("^(?:{})$", field.pattern.unwrap());
        ["", "u", "v"].map(|flags| Regex::with_flags(&whole, flags).unwrap_or_else(|e| panic!("{flags}: {e}"))).into()
    };
    FIELDS.iter().map(|field| (field.key, compile(field))).collect()
});

/// Returns whether a form accepts a value, by pattern and length.
pub(super) fn form_accepts(key: impl Into<&'static str>, value: &str) -> bool {
    let key = key.into();
    let (_, compiled) = COMPILED.iter().find(|(name, _)| *name == key).unwrap();
    let found: Vec<bool> = compiled.iter().map(|regex| regex.find(value).is_some()).collect();
    assert!(found.iter().all(|one| *one == found[0]), "the flags make a difference: {found:?} {value:?}");
    let longest = FIELDS.iter().find(|field| field.key == key).unwrap().max_length;
    found[0] && longest.is_none_or(|longest| text::trim(value).chars().count() <= longest as usize)
}

/// Returns whether the connector accepts a value when all others are valid.
fn connector_accepts(key: Key, value: &str) -> bool {
    let blank = text::trim(value).is_empty();
    // Without a region, an address has to contain it.
    let instance = if key == Key::Region && blank { "acme.eu.nexthink.cloud" } else { "acme" };
    let good = [("instance", instance), ("region", "eu"), ("client_id", "Aladdin"), ("client_secret", "open sesame")];
    let pairs = good.map(|(name, good)| (name.to_owned(), if name == key.name() { value } else { good }.to_owned()));
    let entries = Entries::new(pairs.into());
    let blames = |problem: &crate::problem::Problem| problem.field.as_deref() == Some(key.name());
    let accepts = token::request(&entries).map_or_else(|problems| !problems.iter().any(blames), |_| true);
    // The token request requires the client id and checks the secret; on all other
    // fields both functions agree.
    if key != Key::ClientSecret && !(key == Key::ClientId && blank) {
        let resolves = resolve(&entries).map_or_else(|problems| !problems.iter().any(blames), |_| true);
        assert_eq!(resolves, accepts, "{key:?} {value:?}");
    }
    accepts
}

/// Asserts that form and connector agree.
fn agree(key: Key, value: &str) {
    // A form counts characters, the connector the bytes of a credential: between
    // the two limits the form accepts what the connector refuses.
    let trimmed = text::trim(value);
    let credential = matches!(key, Key::ClientId | Key::ClientSecret);
    if credential && trimmed.len() > 512 && trimmed.chars().count() <= 512 {
        return;
    }
    assert_eq!(form_accepts(key, value), connector_accepts(key, value), "{key:?} {value:?}");
}

/// Valid and nearly valid values of every field; each is tried in each field.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    // Names.
    "a", "7", "acme", "ACME", "acme-prod", "a--b", "xn--a", "xn--bcher-kva", "acme-login", "acme-engine-1", "agora",
    "-acme", "acme-", "-", "acme_prod", "acmé", "ａcme", "ac me", "ac\0me", "ac\nme", "acme/x", "acme@evil", "acme:443",
    "acme?", "acme#", "acme%2e", "acme\\x", "aſme", "acKme",
    // Addresses.
    "acme.eu.nexthink.cloud", "acme.data.eu.nexthink.cloud", "acme.api.eu.nexthink.cloud",
    "acme-login.eu.nexthink.cloud", "acme-engine-1.eu.nexthink.cloud", "acme-engine-42.eu.nexthink.cloud/2/query",
    "ACME.EU.Nexthink.Cloud", "acme.eu.nexthink.cloud.", "acme.eu.nexthink.cloud:443", "acme.eu.nexthink.cloud.:443/",
    "https://acme.eu.nexthink.cloud", "HTTPS://acme.eu.nexthink.cloud/", "hTTpS://acme.us.nexthink.cloud/",
    "https://acme.eu.nexthink.cloud:443/a/b?c=d#e", "https://acme.eu.nexthink.cloud/#/dashboards/ünïcode/@x:1%2e",
    "https://acme.eu.nexthink.cloud?x", "acme.eu.nexthink.cloud#x", "acme.eu.nexthink.cloud/?to=https://x.example/",
    "acme.eu.nexthink.cloud/back?to=https://elsewhere.example/", "acme.eu.nexthink.cloud/😀", "acme.meta.nexthink.cloud",
    "acme-prod-login.us.nexthink.cloud", "acme-engine.us.nexthink.cloud", "acme-engine-x.us.nexthink.cloud",
    "acme-engine-.us.nexthink.cloud", "a--login.us.nexthink.cloud", "acme-login.data.us.nexthink.cloud",
    "acme-engine-1-login.us.nexthink.cloud", "acme-login-engine-1.us.nexthink.cloud", "-login.us.nexthink.cloud",
    "acme-.us.nexthink.cloud", "login.us.nexthink.cloud", "data.us.nexthink.cloud", "data.data.us.nexthink.cloud",
    "xn--a.eu.nexthink.cloud", "xn--bcher-kva.eu.nexthink.cloud", "XN--a.api.eu.nexthink.cloud",
    "https://xn--acme-login.eu.nexthink.cloud/", "xn--acme.data.eu.nexthink.cloud", "a-xn--b.eu.nexthink.cloud",
    "xn--login.eu.nexthink.cloud", "xn---login.eu.nexthink.cloud", "xn--a-engine-1.eu.nexthink.cloud",
    "xn.eu.nexthink.cloud", "ab--c.eu.nexthink.cloud", "1.eu.nexthink.cloud", "0x1.eu.nexthink.cloud",
    "agora.eu.nexthink.cloud", "https://AGORA.us.nexthink.cloud/x", "agora.nowhere.nexthink.cloud",
    "agora.data.eu.nexthink.cloud", "agora.api.eu.nexthink.cloud", "agora-login.eu.nexthink.cloud",
    "agora-engine-1.eu.nexthink.cloud", "agora2.eu.nexthink.cloud", "agora.eu.eu.nexthink.cloud",
    // Not the address of a tenant.
    "http://acme.eu.nexthink.cloud", "ftp://acme.eu.nexthink.cloud", "https.://acme.eu.nexthink.cloud",
    "://acme.eu.nexthink.cloud", "https:acme.eu.nexthink.cloud", "https:/acme.eu.nexthink.cloud",
    "https:///acme.eu.nexthink.cloud", "https://https://acme.eu.nexthink.cloud", "//acme.eu.nexthink.cloud",
    "acme.eu.nexthink.cloud:8443", "acme.eu.nexthink.cloud:0443", "acme.eu.nexthink.cloud:",
    "acme.eu.nexthink.cloud:443:443", "acme.eu.nexthink.cloud:443x", "https://acme.eu.nexthink.cloud@evil.example/",
    "https://user:word@acme.eu.nexthink.cloud/", "https://@acme.eu.nexthink.cloud/",
    "https://evil.example\\@acme.eu.nexthink.cloud/", "https:\\\\acme.eu.nexthink.cloud", "ac\tme.eu.nexthink.cloud",
    "acme.eu.nexthink.cloud/a b", "acme.eu.nexthink.cloud/\\", "acme.eu.nexthink.cloud/\u{85}x",
    "acme.eu.nexthink.cloud/\u{2028}x", "acme.eu.nexthink.cloud/\u{ad}", "acme%2Eeu.nexthink.cloud",
    "%61cme.eu.nexthink.cloud", "acme.eu.nexthink。cloud", "ａcme.eu.nexthink.cloud", "acmé.eu.nexthink.cloud",
    "acme.eu.nexthinK.cloud", "httpſ://acme.eu.nexthink.cloud", "acme.uſ.nexthink.cloud", "ac\u{ad}me.eu.nexthink.cloud",
    "acme.eu.nexthink.cloud.evil.example", "acme.eu.evilnexthink.cloud", "evilnexthink.cloud", "nexthink.cloud.",
    "nexthink.cloud", "203.0.113.7", "https://0xcb007107/", "https://[2001:db8::1]/", "eu.nexthink.cloud",
    "acme.web.eu.nexthink.cloud", "a.b.data.eu.nexthink.cloud", ".", "..", "acme.eu.nexthink.cloud..",
    ".eu.nexthink.cloud", "acme..eu.nexthink.cloud", "acme.apac.nexthink.cloud", "acme_1.eu.nexthink.cloud",
    "-acme.eu.nexthink.cloud", "https://acme", "https://", "https://acme.eu.nexthink.cloudx",
    // Regions.
    "us", "eu", "pac", "meta", "EU", "Eu", "mEtA", "e", "eu1", "europe", "apac", "e u", "ｅｕ", "uſ", "us|eu",
    // Credentials.
    "Aladdin", "open sesame", "0k5m2f", "a:b", ":", "a\u{7f}b", "a\u{85}b", "a\u{2028}b", "a\u{feff}b", "😀", "😀 😀",
    "\0", "a\0", "\u{1b}[31m", "\u{9f}", "\u{200b}", "é",
    // Empty and blank.
    "", " ", "\t\r\n", "\u{a0}\u{feff}\u{85}", "\u{3000}",
];

#[test]
fn patterns_agree_with_the_connector_on_every_known_value() {
    for key in Key::ALL {
        for value in VALUES {
            agree(key, value);
            for blank in [" ", "\n", "\r\n", "\u{85}", "\u{feff}", "\u{2029}", "\u{200b}", "\0"] {
                agree(key, &format!("{blank}{value}"));
                agree(key, &format!("{value}{blank}"));
                agree(key, &format!("{blank}{value}{blank}{blank}"));
            }
        }
    }
}

#[test]
fn patterns_agree_with_the_connector_at_every_limit() {
    for length in [56, 57, 58, 62, 63, 64] {
        let name = "a".repeat(length);
        for form in [
            "",
            ".eu.nexthink.cloud",
            "-login.eu.nexthink.cloud",
            ".api.eu.nexthink.cloud",
            "-engine-7.eu.nexthink.cloud",
        ] {
            agree(Key::Instance, &format!("{name}{form}"));
        }
        agree(Key::Instance, &format!("acme-engine-{}.eu.nexthink.cloud", "1".repeat(length)));
    }
    for letter in ["a", "é", "😀"] {
        for length in [511, 512, 513, 2048 - 31, 2049 - 31, 2048, 2049] {
            for key in Key::ALL {
                agree(key, &letter.repeat(length));
                agree(key, &format!("\u{a0}https://acme.eu.nexthink.cloud/{}\n", letter.repeat(length)));
            }
        }
    }
    // The limits are exact.
    let path = |length: usize| format!("https://acme.eu.nexthink.cloud/{}", "é".repeat(length - 31));
    assert!(form_accepts(Key::Instance, &path(2048)) && !form_accepts(Key::Instance, &path(2049)));
    for key in [Key::ClientId, Key::ClientSecret] {
        assert!(form_accepts(key, &"a".repeat(512)) && !form_accepts(key, &"a".repeat(513)));
        assert!(form_accepts(key, &"é".repeat(257)) && !connector_accepts(key, &"é".repeat(257)));
    }
}

#[test]
fn white_space_is_what_ecma_262_says_and_next_line() {
    // WhiteSpace and LineTerminator of ECMA-262, and U+0085.
    let mut blanks: Vec<char> = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}".chars().collect();
    blanks.extend('\u{2000}'..='\u{200a}');
    blanks.extend("\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}".chars());
    let all: String = ('\0'..=char::MAX).collect();
    assert_eq!(all.chars().filter(|c| text::is_blank(*c)).collect::<Vec<_>>(), blanks);
    for flags in ["", "u", "v"] {
        let class = Regex::with_flags(r"[\s\u0085]", flags).unwrap();
        let found: String = class.find_iter(&all).map(|found| found.as_str(&all)).collect();
        assert_eq!(found.chars().collect::<Vec<_>>(), blanks, "{flags}");
    }
}

/// Characters on which parsers disagree.
#[rustfmt::skip]
const STUMBLERS: &[char] = &[
    '.', '/', ':', '@', '?', '#', '%', '\\', '-', '_', ' ', '\t', '\n', '\0', '\u{7f}', '\u{85}', '\u{a0}', '\u{ad}',
    '\u{200b}', '\u{2028}', '\u{feff}', 'ſ', 'K', '。', 'é', 'ａ', '😀', 'a', 'Z', '0', '4', '[', ']', '|', '^', '$',
];

fn character() -> impl Strategy<Value = char> {
    prop_oneof![3 => select(STUMBLERS), 1 => any::<char>(), 1 => proptest::char::range('!', '~')]
}

/// A known value after a few insertions, deletions and replacements.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (0..3_u8, any::<prop::sample::Index>(), character());
    (select(VALUES), prop::collection::vec(edit, 1..4)).prop_map(|(value, edits)| {
        let mut characters: Vec<char> = value.chars().collect();
        for (kind, place, character) in edits {
            let place = place.index(characters.len() + 1);
            match kind {
                0 => characters.insert(place, character),
                1 if place < characters.len() => drop(characters.remove(place)),
                _ if place < characters.len() => characters[place] = character,
                _ => characters.push(character),
            }
        }
        characters.into_iter().collect()
    })
}

/// Strings built like the values of a field, valid and nearly valid.
fn built() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ \t]?(https://|HTTPS://|http://)?(xn--)?[A-Za-z0-9-]{1,12}(-login|-Engine-[0-9]{0,3}|\\.data|\\.API|\\.web)?\
         \\.(us|EU|pac|meta|apac)\\.Nexthink\\.cloud\\.?(:443|:80)?([/?#][ -~é\u{85}]{0,9})?[ \n]?",
        "(https://)?(agora|AGORA|agora-login|a|[a-z]{55,59})(\\.data|-login)?\\.(us|eu)\\.nexthink\\.cloud[./:]?",
        "[ \u{85}]{0,2}[a-zA-Z0-9-]{0,60}[ \u{feff}]{0,2}",
        "[ \t\u{3000}]?([uU][sS]|[eE][uU]|[pP][aA][cC]|[mM][eE][tT][aA]|[a-z]{1,4})[ \n]?",
        "[ \u{2029}]?[!-~é ]{0,40}[\u{0}-\u{a0}]?[!-~]{0,20}[ \u{85}]?",
    ]
}

fn arbitrary() -> impl Strategy<Value = String> {
    prop::collection::vec(character(), 0..24).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn patterns_agree_with_the_connector_on_arbitrary_text(value in arbitrary()) {
        for key in Key::ALL {
            agree(key, &value);
        }
    }

    #[test]
    fn patterns_agree_with_the_connector_on_values_typed_wrong(value in mutated()) {
        for key in Key::ALL {
            agree(key, &value);
        }
    }

    #[test]
    fn patterns_agree_with_the_connector_on_values_built_alike(value in built()) {
        for key in Key::ALL {
            agree(key, &value);
        }
    }
}
