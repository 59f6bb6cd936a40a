use connector_core::records::Field;

use super::*;

pub(crate) fn definition() -> Definition {
    let field = |key: &str, kind: &str| Field {
        key: key.into(),
        label: "A field".into(),
        description: "Of the form.".into(),
        kind: kind.into(),
        required: true,
        example: None,
        default: None,
        pattern: None,
        max_length: None,
        choices: Vec::new(),
        guide_step: None,
    };
    Definition {
        id: "sample".into(),
        name: "Sample".into(),
        summary: "Sample.".into(),
        version: "1.0.0".into(),
        categories: Vec::new(),
        icon: "<svg/>".into(),
        links: Vec::new(),
        domains: vec!["sample.example".into()],
        hosts: Vec::new(),
        auth: "none".into(),
        fields: vec![field("user", "text"), field("word", "secret")],
        permissions: Vec::new(),
        prerequisites: Vec::new(),
        guide: Vec::new(),
        extra: Vec::new(),
    }
}

pub(crate) fn entered(user: &str, word: &str) -> Placeholders {
    let pairs = vec![("user".to_owned(), user.to_owned()), ("word".to_owned(), word.to_owned())];
    Placeholders::with_entries(&definition(), &Entries::new(pairs, &["word"]))
}

#[test]
fn every_placeholder_is_read_as_it_is_written() {
    let kinds = [
        Kind::Entry("user".into()),
        Kind::Secret("word".into()),
        Kind::Basic("user".into(), "word".into()),
        Kind::AccessToken,
        Kind::RefreshToken,
        Kind::SignIn(SignInWord::CodeVerifier),
        Kind::Link,
        Kind::Open,
    ];
    for kind in kinds {
        for (form, _) in FORMS {
            let numbered = matches!(kind, Kind::AccessToken | Kind::RefreshToken | Kind::Link);
            for number in if numbered { vec![1, 2, HIGHEST] } else { vec![1] } {
                let placeholder = Placeholder { kind: kind.clone(), number, form };
                let written = placeholder.to_string();
                assert_eq!(Placeholder::parse(&written[2..written.len() - 2]).as_ref(), Some(&placeholder));
                let text = format!("a{{ {{{{x}}}} {written}b");
                assert_eq!(Placeholder::split(&text), Some(("a{ {{x}} ", placeholder.clone(), "b")));
                let url = format!("a%7B%7Bx{}b", placeholder.in_url());
                assert_eq!(Placeholder::split_url(&url), Some(("a%7B%7Bx", placeholder, "b")), "{url}");
            }
        }
    }
}

#[test]
fn a_name_that_is_no_placeholder_is_refused() {
    let fields = ["", "user", "entry", "entry:", "secret:a:b", "basic:a", "basic:a:"];
    for name in fields.into_iter().chain(["link:0", "link:100000", "open:1", "link|rot13"]) {
        assert_eq!(Placeholder::parse(name), None, "{name}");
    }
}

#[test]
fn what_is_filled_in_can_be_restored() {
    let placeholders = Placeholders::new(&definition());
    let text = "a {{entry:user}} b {{basic:user:word}} c {{secret:word}} {{access_token}} {{access_token:2}} {{link:7}} {{code}} {{state}} {{code_verifier}} {{code_challenge}} {{refresh_token:2}}";
    let filled = placeholders.fill(text).unwrap();
    assert!(!filled.contains("{{"), "{filled}");
    assert_eq!(placeholders.restore(&filled), text);
    for other in ["replayed-link-00071", "replayed-link-", "replayed-link-0000"] {
        assert_eq!(placeholders.restore(other), other);
    }
}

#[test]
fn a_placeholder_is_filled_with_what_was_entered() {
    for (user, word, text, filled) in [
        (" Aladdin ", "open sesame\n", "Basic {{basic:user:word}}", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("Aladdin", "open sesame", "{{basic:user:word|base64-unpadded}}", "QWxhZGRpbjpvcGVuIHNlc2FtZQ"),
        ("Aladdin", "open sesame", "{{secret:word|percent}}", "open%20sesame"),
        ("Aladdin", "open sesame", "{{secret:word|form}}", "open+sesame"),
        ("Aladdin", "open sesame", "{{secret:word|base64}}", "b3BlbiBzZXNhbWU="),
        ("Aladdin", "open sesame", "{{secret:word|base64url-unpadded}}", "b3BlbiBzZXNhbWU"),
        // One that looks like a placeholder is left alone.
        ("{{secret:word}}", "a{{b}}c", "{{entry:user}} {{secret:word}}", "{{secret:word}} a{{b}}c"),
        ("a", "b", "a{{open}}{b}}{{open}}", "a{{b}}{"),
    ] {
        assert_eq!(entered(user, word).fill(text).as_deref(), Ok(filled));
    }
    for text in ["", "{}", "{{", "}}", "}} {{", "{\"a\":{\"b\":{}}}"] {
        assert_eq!(entered("a", "b").fill(text).as_deref(), Ok(text));
    }
}

#[test]
fn an_encoded_secret_is_hidden_where_no_placeholder_stands_for_it() {
    let placeholders = entered("Aladdin", "open+Sesame");
    assert_eq!(placeholders.restore("a open%2BSesame b b3BlbitTZXNhbWU= c"), "a ••• b ••• c");
}

#[test]
fn braces_are_encoded_in_a_url() {
    let url = "https://%7B%7Bentry%3Auser%7D%7D.sample.example/a?b=%7B%7Bsecret%3Aword%7Cpercent%7D%7D&d=%7B%7B";
    let filled = "https://aladdin.sample.example/a?b=open%20sesame&d=%7B%7B";
    assert_eq!(entered("aladdin", "open sesame").fill_url(url).as_deref(), Ok(filled));
}

#[test]
fn an_unknown_placeholder_is_named() {
    for name in ["{{tenant}}", "{{entry:tenant}}", "{{secret:user}}", "{{entry:word}}"] {
        assert_eq!(entered("a", "b").fill(&format!("x {name} y")), Err(name.to_owned()));
    }
}
