use base64::Engine as _;
use base64::alphabet::STANDARD as STANDARD_ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{HIDDEN, Redactor, SHORTEST_SECRET};
use crate::entries::Entries;
use crate::secret::Secret;

/// As a provider issues them: an old one with what encodings treat in a special way, a random
/// one, and one of words.
const ODD: &str = "Pa+ss wörd/1";
const RANDOM: &str = "q7Zt/Kx2_vR9+mB4wLs8eYd1JhUcN3oTgP5fXaVi0Qk";
const WORDS: &str = "nexthink-production-Password1";

fn redactor_of(secret: &str) -> Redactor {
    let pairs = [("id", "acme-client"), ("instance", "nexthink"), ("secret", secret)];
    let pairs = pairs.map(|(key, text)| (key.to_owned(), text.to_owned()));
    Redactor::new(&Entries::new(pairs.into(), &["secret"]), &["acme.example".to_owned()])
}

fn each(text: &str, write: impl Fn(char) -> String) -> String {
    text.chars().map(write).collect()
}

fn bytes(text: &str, is_plain: impl Fn(u8) -> bool, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { write(byte) }).collect()
}

fn percent(text: &str) -> String {
    bytes(text, |byte| byte.is_ascii_alphanumeric(), |byte| format!("%{byte:02X}"))
}

fn hex(text: &str) -> String {
    bytes(text, |_| false, |byte| format!("{byte:02x}"))
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    // Not `trim_matches`: a text may itself end with one.
    quoted[1..quoted.len() - 1].replace('/', "\\/")
}

fn unicode(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat()
}

fn html(text: &str) -> String {
    each(text, |c| if c.is_ascii_alphanumeric() { c.into() } else { format!("&#{};", u32::from(c)) })
}

fn quoted_printable(text: &str) -> String {
    let encoded = bytes(text, |byte| byte.is_ascii_graphic() && byte != b'=', |byte| format!("={byte:02X}"));
    // A soft line break.
    format!("{}=\r\n{}", &encoded[..5], &encoded[5..])
}

type Encode = fn(&str) -> String;

/// Every encoding, with its name.
const ENCODINGS: [(&str, Encode); 16] = [
    ("as it is", str::to_owned),
    ("JSON", json),
    ("JSON, all characters", unicode),
    ("JSON in upper case", |text| unicode(text).to_uppercase().replace('U', "u")),
    ("HTML", html),
    ("HTML, hexadecimal", |text| each(text, |c| format!("&#x{:X};", u32::from(c)))),
    ("percent", percent),
    ("percent in lower case", |text| bytes(text, |byte| byte.is_ascii_alphanumeric(), |byte| format!("%{byte:02x}"))),
    ("percent but for slashes", |text| {
        bytes(text, |byte| byte.is_ascii_alphanumeric() || b"/_.-~".contains(&byte), |byte| format!("%{byte:02X}"))
    }),
    ("hexadecimal", hex),
    ("hexadecimal in upper case", |text| hex(text).to_uppercase()),
    ("base64", |text| STANDARD.encode(text)),
    ("base64 for URLs", |text| URL_SAFE_NO_PAD.encode(text)),
    ("base64 in lines", |text| {
        let encoded = STANDARD.encode(text);
        format!("{}\r\n{}", &encoded[..6], &encoded[6..])
    }),
    ("quoted-printable", quoted_printable),
    ("in two lines", |text| {
        let middle = text.ceil_char_boundary(5);
        format!("{}\n  {}", &text[..middle], &text[middle..])
    }),
];

const LENIENT: GeneralPurpose = GeneralPurpose::new(&STANDARD_ALPHABET, NO_PAD.with_decode_allow_trailing_bits(true));

/// Undoes an encoding as leniently as can be, and independently of what is tested. The text may
/// be only half there.
fn decoded(name: &str, text: &str) -> String {
    let escapes = |sign: &str, length: usize, digits: usize| {
        let (mut bytes, mut units) = (Vec::new(), Vec::new());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let number = rest.strip_prefix(sign).and_then(|_| rest.get(length - digits..length));
            let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let length = if number.is_some() { length } else { c.len_utf8() };
            match number {
                Some(number) if digits == 2 => bytes.push(u8::try_from(number).unwrap()),
                Some(number) => units.push(u16::try_from(number).unwrap()),
                None => {
                    bytes.extend(&rest.as_bytes()[..length]);
                    units.extend(rest[..length].encode_utf16());
                }
            }
            rest = &rest[length..];
        }
        if digits == 4 { String::from_utf16_lossy(&units) } else { String::from_utf8_lossy(&bytes).into_owned() }
    };
    match name.split(' ').next().unwrap() {
        "JSON" | "JSON," => {
            // What is a backslash itself escapes nothing.
            let text = text.replace("\\\\", "\0").replace("\\/", "/").replace("\\\"", "\"").replace("\\n", "\n");
            match name {
                "JSON" => text.replace('\0', "\\"),
                _ => escapes("\\u", 6, 4),
            }
        }
        "percent" => escapes("%", 3, 2),
        "quoted-printable" => decoded("=", &text.replace("=\r\n", "")),
        "=" => escapes("=", 3, 2),
        "in" => text.replace("\n  ", ""),
        "HTML" | "HTML," => {
            let radix = if name == "HTML" { 10 } else { 16 };
            let mut parts = text.split("&#");
            let first = parts.next().unwrap().to_owned();
            parts.fold(first, |text, part| {
                let read = part.split_once(';').and_then(|(digits, rest)| {
                    let number = u32::from_str_radix(digits.trim_start_matches('x'), radix).ok()?;
                    Some(format!("{}{rest}", char::from_u32(number)?))
                });
                text + &read.unwrap_or_default()
            })
        }
        "hexadecimal" | "base64" => {
            let is_other = |c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c));
            let text = text.replace("\r\n", "").replace('-', "+").replace('_', "/");
            let mut all = String::new();
            for run in text.split(is_other) {
                for run in (0..4).filter_map(|from| run.get(from..)) {
                    let pairs =
                        (0..run.len() / 2).filter_map(|at| u8::from_str_radix(&run[2 * at..2 * at + 2], 16).ok());
                    let bytes = if name.starts_with('h') {
                        pairs.collect()
                    } else {
                        // Bits that are left over belong to the next letter.
                        let rest = usize::from(run.len() % 4 == 1);
                        LENIENT.decode(&run[..run.len() - rest]).unwrap_or_default()
                    };
                    all.extend([&*String::from_utf8_lossy(&bytes), " "]);
                }
            }
            all
        }
        _ => text.to_owned(),
    }
}

#[test]
fn a_secret_is_found_and_hidden_in_every_encoding_and_two_of_them() {
    for secret in [ODD, RANDOM, WORDS] {
        let redactor = redactor_of(secret);
        for (outer, write) in ENCODINGS {
            for (inner, write_inner) in ENCODINGS {
                let text = format!("it was <{}>.", write(&write_inner(secret)));
                let hidden = redactor.hide(&text);
                assert!(redactor.finds_in(&text), "{inner} in {outer}: {text}");
                assert_eq!(hidden, format!("it was <{HIDDEN}>."), "{inner} in {outer}: {text}");
            }
        }
    }
}

#[test]
fn what_attacks_got_through_is_hidden() {
    let pair = format!("acme-client:{RANDOM}");
    let basic = STANDARD.encode(&pair);
    for (name, text) in [
        ("an id before it", basic.clone()),
        ("base64 of a header", STANDARD.encode(format!("Basic {basic}"))),
        ("base64 of base64 of base64", STANDARD.encode(STANDARD.encode(STANDARD.encode(RANDOM)))),
        ("letters before base64", format!("xyz{}", STANDARD.encode(RANDOM))),
        ("a form", url::form_urlencoded::byte_serialize(RANDOM.as_bytes()).collect()),
        ("three times percent", percent(&percent(&percent(RANDOM)))),
        ("all but the last character", RANDOM[..42].to_owned()),
        ("all but the first character", RANDOM[1..].to_owned()),
        ("the first half", RANDOM[..21].to_owned()),
        ("the last half", RANDOM[21..].to_owned()),
        ("eight characters", RANDOM[12..20].to_owned()),
        ("eight characters in base64", STANDARD.encode(&RANDOM[12..20])),
        ("programs", bytes(RANDOM, |_| false, |byte| format!("\\x{byte:02x}"))),
    ] {
        let hidden = redactor_of(RANDOM).hide(&format!("it was <{text}>."));
        assert!(hidden.starts_with("it was <") && hidden.ends_with(&format!("{HIDDEN}>.")), "{name}: {hidden}");
        assert!(hidden.len() < 50, "{name}: {hidden}");
    }
}

#[test]
fn a_form_encodes_spaces_as_plus() {
    let redactor = redactor_of("Pa ss wörd");
    assert_eq!(redactor.hide("secret=Pa+ss+w%C3%B6rd&x"), format!("secret={HIDDEN}&x"));
}

#[test]
fn a_secret_that_is_learnt_later_is_hidden_too() {
    let redactor = redactor_of(ODD).and(&Secret::new("a.later/token"));
    assert_eq!(redactor.hide("x a.later/token y a.later%2Ftoken Pa+ss wörd/1"), "x ••• y ••• •••");
    assert!(redactor.finds_in("a.later/token") && !redactor.finds_in("a later token"));
}

#[test]
fn half_of_a_token_is_found_and_what_tokens_share_is_not() {
    let header = STANDARD_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let token =
        format!("{header}.{}.{RANDOM}{RANDOM}", STANDARD_NO_PAD.encode(r#"{"iss":"https://login.acme.example"}"#));
    let redactor = Redactor::default().and(&Secret::new(token.as_str()));
    assert!(!redactor.finds_in(&format!("https://files.example/?jwt={header}.e30.c2lnbmF0dXJl")));
    let half = &token[token.len() / 2 - 10..];
    assert_eq!(redactor.hide(&format!("<{half}>")), "<•••>");
}

#[test]
fn ordinary_text_stays_as_it_is() {
    for text in [
        "",
        "•••",
        "banana",
        "it was <acme-client> at https://acme.example/v1",
        "nexthink",
        "{\"password\": \"production\", \"Passwords\": [\"think-prod\", 20240131, \"roduction-Pass\"]}",
        "bmV4dGhpbms= 6e65787468696e6b %6eexthink",
    ] {
        assert_eq!(redactor_of(WORDS).hide(text), text);
        assert!(!redactor_of(WORDS).finds_in(text), "{text}");
    }
    assert_eq!(redactor_of("a").hide("banana"), "banana");
    assert_eq!(redactor_of("acme.client.nexthink-1").hide("nexthink acme-client"), "nexthink acme-client");
}

#[test]
fn a_long_part_of_a_secret_of_words_is_hidden() {
    assert_eq!(redactor_of(WORDS).hide("x think-production-P y"), "x ••• y");
    assert_eq!(redactor_of(WORDS).hide(WORDS), HIDDEN);
}

#[test]
fn the_beginning_of_a_secret_at_the_end_of_a_cut_text_is_hidden() {
    let cut =
        [("nexthink-pro", "•••"), ("nexthin", "nexthin"), ("%6eexthink-p", "•••"), ("nexthink-p.", "nexthink-p.")];
    for (end, hidden) in cut {
        assert_eq!(redactor_of(WORDS).hide(&format!("it was {end}")), format!("it was {hidden}"));
    }
    assert_eq!(redactor_of(ODD).hide("it was Pa+ss wö"), "it was •••");
    assert_eq!(redactor_of(ODD).hide("it was Pa+ss"), "it was Pa+ss");
    let token = Redactor::default().and(&Secret::new("opaque-token-of-many-words-and-letters"));
    assert_eq!(token.hide("it was opaque-token"), "it was •••");
}

#[test]
fn a_secret_is_found_as_a_connector_cleans_it() {
    assert_eq!(redactor_of("Pass\u{a0}Word\u{202e}1").hide("no Pass Word1 here"), "no ••• here");
    assert_eq!(redactor_of(" Pa+ss wörd/1 ").hide("no Pa+ss wörd/1 here"), "no ••• here");
}

#[test]
fn what_also_stands_in_the_open_is_hidden_but_not_found_and_a_domain_is_no_secret() {
    let redactor = redactor_of("acme-client");
    assert!(!redactor.finds_in("key acme-client") && redactor.hide("key acme-client") == "key •••");
    let redactor = redactor_of("acme.example");
    assert!(!redactor.finds_in("eu.acme.example") && redactor.hide("eu.acme.example") == "eu.acme.example");
}

#[test]
fn json_stays_json() {
    let redactor = redactor_of("12345678901").and(&Secret::new(ODD));
    for (json, hidden) in [
        (r#"{"a":"x Pa+ss w\u00f6rd\/1 \ud83d\ude00","Pa+ss wörd/1":[1]}"#, r#"{"a":"x ••• \ud83d\ude00","•••":[1]}"#),
        ("[12345678901, -12345678901e5,null,true]", r#"["•••", "•••",null,true]"#),
        (r#"["\nUGErc3Mgd8O2cmQvMQ==\\", ""]"#, r#"["\n•••\\", ""]"#),
        (r#""12345678901""#, r#""•••""#),
    ] {
        assert_eq!(redactor.hidden_in_json(json).as_deref(), Some(hidden));
        assert!(serde_json::from_str::<serde_json::Value>(hidden).is_ok());
    }
    assert_eq!(redactor.hidden_in_json(r#"{"a":[1,"x"]}"#), None);
}

#[test]
fn a_secret_is_found_anywhere_in_a_long_text() {
    let redactor = redactor_of(RANDOM);
    let secret = percent(&STANDARD.encode(RANDOM));
    for at in [(1 << 20) - 100, (1 << 20) - 20, 1 << 20, 3 << 20] {
        let before = "a \"text\": ".repeat(at / 10);
        let hidden = redactor.hide(&format!("{before}{secret} after"));
        assert_eq!(hidden.len(), before.len() + "••• after".len(), "{at}");
        assert!(hidden.ends_with("\": ••• after"));
    }
}

/// Found by the property below.
#[test]
fn a_secret_that_holds_an_escape_is_found_in_json_and_in_json_in_it() {
    for (secret, texts) in [
        (r"AA\%0a!!", [r"AA\\%0a!!", r"AA\\\\%0a!!"]),
        (r"AAAAAAA\%0a!!", [r"AAAAAAA\\%0a!!", r"AAAAAAA\\\\%0a!!"]),
        (r#"AA"&#10;!!"#, [r#"AA\"&#10;!!"#, r#"AA\\\"&#10;!!"#]),
    ] {
        for text in texts {
            assert_eq!(redactor_of(secret).hide(&format!("<{text}>")), "<•••>", "{secret} in {text}");
        }
    }
}

/// Anything printable, and some that takes more than a byte.
fn secret() -> impl Strategy<Value = String> {
    let c = prop_oneof![20 => prop::char::range('!', '~'), 1 => prop::sample::select(vec![' ', 'ü', '€', '𝄞'])];
    prop::collection::vec(c, 8..=64)
        .prop_map(String::from_iter)
        .prop_filter("trimmed", |secret| secret.trim() == secret)
        // A line break may take the place of white space.
        .prop_filter("long enough without white space", |secret| secret.replace(' ', "").len() >= SHORTEST_SECRET)
}

/// What is around a secret, but for the beginning of an escape that would swallow its first
/// letters.
fn around() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 .,:;<>(){}\"'€-]{0,20}"
}

/// A place where a secret may stand in text that is not encoded.
fn apart() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 .,:;<>(){}\"'€-]{0,200}[ .,:;<>(){}\"']"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_is_visible_in_any_two_encodings(
        secret in secret(),
        (inner, outer) in (0..ENCODINGS.len(), 0..ENCODINGS.len()),
        (before, after) in (around(), around()),
        (left, right) in (apart(), apart()),
    ) {
        let redactor = redactor_of(&secret);
        let ((inner, write_inner), (outer, write)) = (ENCODINGS[inner], ENCODINGS[outer]);
        let text = format!("{left}{} {right}", write(&write_inner(&format!("{before}{secret}{after}"))));
        let hidden = redactor.hide(&text);
        let seen = decoded(inner, &decoded(outer, &hidden));
        prop_assert!(hidden.contains(HIDDEN), "{inner} in {outer}: {text}");
        prop_assert!(!seen.contains(&secret) && !hidden.contains(&secret), "{inner} in {outer}: {text} -> {hidden}");
        prop_assert!(!redactor.finds_in(&hidden), "{inner} in {outer}: {text} -> {hidden}");
        // The test can see what is there.
        if inner == ENCODINGS[0].0 {
            prop_assert!(decoded(outer, &text).contains(&secret), "{outer}: {text}");
        }
    }

    #[test]
    fn a_text_without_the_secret_is_not_changed(
        secret in secret(),
        text in "([a-z ]{0,20}[\\\\%&=#0-9;x\"\n]{0,9}[A-Za-z0-9+/=_-]{0,90}){0,5}",
        encoding in 0..ENCODINGS.len(),
    ) {
        for text in [text.clone(), ENCODINGS[encoding].1(&format!("more than {text}"))] {
            prop_assert_eq!(redactor_of(&secret).hidden(&text), None);
        }
    }
}
