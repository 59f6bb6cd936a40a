use super::{CANARY, SECRET, assert_accepted, assert_refused, bad_lines, entries, longest_line, redactor};
use crate::entries::Entries;
use crate::functions::Function;
use crate::guard::{BadOutput, definition, verdict};
use crate::records;
use crate::{Redactor, Secret};

/// Words that no code and no class is.
fn bad_words() -> [String; 7] {
    let long = format!("{CANARY}{}", "x".repeat(59));
    ["", "Canary", "canary code", "canary_code", "canäry", "canary\u{1b}", &long].map(str::to_owned)
}

const NO_WORD: &str = "is not a word of lower-case letters, digits and hyphens";

mod problems {
    use super::*;

    fn good() -> Vec<records::Problem> {
        let problem = |field: Option<&str>, hint: Option<&str>| records::Problem {
            field: field.map(str::to_owned),
            code: "bad-canary".to_owned(),
            message: "This is no canary.".to_owned(),
            hint: hint.map(str::to_owned),
        };
        vec![problem(None, None), problem(Some("instance"), Some("Enter a canary."))]
    }

    fn checked(function: Function, value: Vec<records::Problem>) -> Result<Vec<records::Problem>, BadOutput> {
        let definition = definition::check(super::super::definition::good()).unwrap();
        verdict::problems(function, value, &definition, &entries(), &redactor())
    }

    #[track_caller]
    fn refused(change: impl Fn(&mut Vec<records::Problem>), at: &str, why: &str) {
        for function in [Function::Resolve, Function::TokenRequest] {
            let mut value = good();
            change(&mut value);
            assert_refused(value, |value| checked(function, value), (function, at, why));
        }
    }

    #[track_caller]
    fn accepted(change: impl FnOnce(&mut Vec<records::Problem>)) {
        let mut value = good();
        change(&mut value);
        assert_accepted(value, |value| checked(Function::Resolve, value));
    }

    #[test]
    fn good_problems_are_returned_unchanged() {
        let checked = assert_accepted(good(), |value| checked(Function::Resolve, value));
        assert_eq!(checked, good());
    }

    #[test]
    fn a_refusal_names_a_problem() {
        refused(Vec::clear, "", "refuses without a problem");
    }

    #[test]
    fn there_are_not_many_more_problems_than_entries() {
        let most = 200 + entries().pairs().len();
        accepted(|p| p.resize(most, good()[0].clone()));
        refused(|p| p.resize(most + 1, good()[0].clone()), "problems", "are more than the entries can have");
    }

    #[test]
    fn a_code_is_a_word() {
        for word in bad_words() {
            refused(|p| p[1].code.clone_from(&word), "problems[1].code", NO_WORD);
        }
        accepted(|p| p[1].code = "never-heard-of-2".to_owned());
    }

    #[test]
    fn message_and_hint_are_lines() {
        for (line, why) in bad_lines() {
            refused(|p| p[1].message.clone_from(&line), "problems[1].message", why);
            refused(|p| p[1].hint = Some(line.clone()), "problems[1].hint", why);
        }
        accepted(|p| p[1].message = longest_line());
        accepted(|p| p[1].hint = Some(longest_line()));
    }

    #[test]
    fn a_problem_holds_no_secret() {
        let why = "contains a secret";
        refused(|p| p[1].code = SECRET.to_owned(), "problems[1].code", why);
        refused(|p| p[1].message += SECRET, "problems[1].message", why);
        refused(|p| p[1].hint = Some(format!("({SECRET})")), "problems[1].hint", why);
    }

    #[test]
    fn a_problem_names_a_field_or_a_key_that_was_entered() {
        for key in ["canary", "", "instance ", "canary\u{1b}", SECRET] {
            let why = "names a field that nobody asked for";
            refused(|p| p[1].field = Some(key.to_owned()), "problems[1].field", why);
        }
        for key in ["client_secret", "region", "canary_key"] {
            accepted(|p| p[1].field = Some(key.to_owned()));
        }
    }
}

mod failure {
    use super::*;

    fn good() -> records::Failure {
        records::Failure {
            code: "invalid-canary".to_owned(),
            recovery: records::Recovery::Retry(Some(60)),
            message: "This canary does not sing.".to_owned(),
            hint: Some("Enter another canary.".to_owned()),
            field: Some("client_secret".to_owned()),
            provider_code: Some("invalid_canary".to_owned()),
            provider_message: Some("The canary is not known.".to_owned()),
        }
    }

    fn checked(value: records::Failure) -> Result<records::Failure, BadOutput> {
        verdict::failure(
            Function::TokenResponse,
            value,
            &definition::check(super::super::definition::good()).unwrap(),
            &redactor(),
        )
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut records::Failure), at: &str, why: &str) {
        let mut value = good();
        change(&mut value);
        assert_refused(value, checked, (Function::TokenResponse, at, why));
    }

    #[track_caller]
    fn accepted(change: impl FnOnce(&mut records::Failure)) -> records::Failure {
        let mut value = good();
        change(&mut value);
        assert_accepted(value, checked)
    }

    #[test]
    fn a_good_failure_is_returned_unchanged() {
        assert_eq!(accepted(|_| ()), good());
    }

    #[test]
    fn what_is_not_known_may_be_absent() {
        let failure = accepted(|f| {
            (f.hint, f.field) = (None, None);
            (f.provider_code, f.provider_message) = (None, None);
        });
        let records::Failure { hint, field, provider_code, provider_message, .. } = failure;
        assert_eq!((hint, field, provider_code, provider_message), (None, None, None, None));
    }

    #[test]
    fn a_code_is_a_word() {
        for word in bad_words() {
            refused(|f| f.code.clone_from(&word), "code", NO_WORD);
        }
        accepted(|f| f.code = "never-heard-of-2".to_owned());
    }

    #[test]
    fn every_text_is_a_line() {
        type Place = (&'static str, fn(&mut records::Failure) -> &mut String);
        const LINES: [Place; 4] = [
            ("message", |f| &mut f.message),
            ("hint", |f| f.hint.as_mut().unwrap()),
            ("provider-code", |f| f.provider_code.as_mut().unwrap()),
            ("provider-message", |f| f.provider_message.as_mut().unwrap()),
        ];
        for (at, place) in LINES {
            for (line, why) in bad_lines() {
                refused(|f| *place(f) = line, at, why);
            }
            accepted(|f| *place(f) = longest_line());
        }
    }

    #[test]
    fn a_failure_names_a_field_of_the_definition() {
        // That something was entered under it does not help: a response knows no
        // entries.
        for key in ["canary", "canary_key", ""] {
            let why = "names a field that the definition does not have";
            refused(|f| f.field = Some(key.to_owned()), "field", why);
        }
    }

    #[test]
    fn what_the_connector_wrote_contains_no_secret() {
        let why = "contains a secret";
        refused(|f| f.code = SECRET.to_owned(), "code", why);
        refused(|f| f.message += SECRET, "message", why);
        refused(|f| f.hint = Some(format!("({SECRET})")), "hint", why);
    }

    #[test]
    fn what_the_provider_wrote_has_its_secrets_replaced() {
        let entries = Entries::new(
            vec![("client_id".into(), "canary-id".into()), ("client_secret".into(), "Cana/ry+S3c ret?ü*".into())],
            &["client_secret"],
        );
        let definition = definition::check(super::super::definition::good()).unwrap();
        for (form, secret) in [
            ("as it is", "Cana/ry+S3c ret?ü*"),
            ("percent-encoded", "Cana%2Fry%2BS3c%20ret%3F%C3%BC%2A"),
            ("percent-encoded in lower case", "Cana%2fry%2bS3c%20ret%3f%c3%bc%2a"),
            ("percent-encoded but for the asterisk", "Cana%2Fry%2BS3c%20ret%3F%C3%BC*"),
            ("form-encoded", "Cana%2Fry%2BS3c+ret%3F%C3%BC*"),
            ("form-encoded in lower case", "Cana%2fry%2bS3c+ret%3f%c3%bc*"),
            ("base64", "Q2FuYS9yeStTM2MgcmV0P8O8Kg=="),
            ("base64 without padding", "Q2FuYS9yeStTM2MgcmV0P8O8Kg"),
            ("base64 for URLs", "Q2FuYS9yeStTM2MgcmV0P8O8Kg"),
            ("Basic", "Y2FuYXJ5LWlkOkNhbmEvcnkrUzNjIHJldD/DvCo="),
            ("Basic for URLs", "Y2FuYXJ5LWlkOkNhbmEvcnkrUzNjIHJldD_DvCo"),
        ] {
            let mut value = good();
            value.provider_code = Some(format!("bad:{secret}"));
            value.provider_message = Some(format!("Neither <{secret}> nor <{secret}> sings."));
            let failure =
                verdict::failure(Function::TokenResponse, value, &definition, &Redactor::new(&entries, &[])).unwrap();
            assert_eq!(failure.provider_code.as_deref(), Some("bad:•••"), "{form}");
            assert_eq!(failure.provider_message.as_deref(), Some("Neither <•••> nor <•••> sings."), "{form}");
        }
    }
}

mod token {
    use super::*;

    fn good() -> records::Token {
        records::Token {
            refresh_token: None,
            value: Secret::new("canary.token~!\"\\{}-_/+="),
            kind: "Bearer".to_owned(),
            expires_in: 900,
            refresh_after: 840,
            lifetime_assumed: true,
            scopes: vec!["canary".to_owned(), "service:canary".to_owned()],
            missing_scopes: vec!["canary:fly".to_owned(), "canary:sing".to_owned()],
        }
    }

    fn checked(value: records::Token) -> Result<records::Token, BadOutput> {
        verdict::token(value, &redactor())
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut records::Token), at: &str, why: &str) {
        let mut value = good();
        change(&mut value);
        assert_refused(value, checked, (Function::TokenResponse, at, why));
    }

    #[track_caller]
    fn accepted(change: impl FnOnce(&mut records::Token)) -> records::Token {
        let mut value = good();
        change(&mut value);
        assert_accepted(value, checked)
    }

    #[test]
    fn a_good_token_is_returned_unchanged() {
        let token = accepted(|_| ());
        assert_eq!(token.value, good().value);
        assert_eq!((token.kind.as_str(), token.expires_in, token.refresh_after), ("Bearer", 900, 840));
        assert!(token.lifetime_assumed && !accepted(|t| t.lifetime_assumed = false).lifetime_assumed);
        assert_eq!((token.scopes, token.missing_scopes), (good().scopes, good().missing_scopes));
    }

    #[test]
    fn a_token_shows_its_value_neither_in_debug_nor_serialised() {
        let token = accepted(|t| t.value = Secret::new(SECRET.to_owned()));
        let shown = format!("{token:?} {}", serde_json::json!(token));
        assert!(shown.contains("Bearer") && !shown.contains(SECRET), "{shown}");
    }

    #[test]
    fn what_the_provider_wrote_has_its_secrets_replaced() {
        let token = accepted(|t| {
            t.value = Secret::new(format!("{SECRET}!"));
            t.kind = format!("<{SECRET}>");
            t.scopes[1] = format!("service:{SECRET}!");
            t.missing_scopes[0] = format!("{SECRET}:fly");
        });
        // The value is shown to no one, and of use only as it is.
        assert_eq!(token.value.expose(), format!("{SECRET}!"));
        assert_eq!((token.kind.as_str(), token.expires_in, token.refresh_after), ("<•••>", 900, 840));
        assert_eq!(token.scopes, ["canary", "service:•••"]);
        assert_eq!(token.missing_scopes, ["•••:fly", "canary:sing"]);
    }

    #[test]
    fn a_token_is_hidden_where_the_provider_repeats_it() {
        let token = accepted(|t| {
            t.value = Secret::new("a.token/of-its.own");
            t.kind = "Bearer a.token/of-its.own".to_owned();
            t.scopes[0] = "a.token/of-its.own".to_owned();
            t.missing_scopes[1] = "fly:a.token%2Fof-its.own".to_owned();
        });
        assert_eq!((token.kind.as_str(), token.value.expose()), ("Bearer •••", "a.token/of-its.own"));
        assert_eq!((token.scopes[0].as_str(), token.missing_scopes[1].as_str()), ("•••", "fly:•••"));
    }

    #[test]
    fn a_token_is_visible_ascii_that_a_header_can_carry() {
        let long = CANARY.repeat(2561);
        assert_eq!(long.len(), 15 * 1024 + 6);
        for value in [
            "",
            " ",
            "a canary",
            " canary",
            "canary\t",
            "canary\r\nhost: evil.example",
            "canary\n",
            "canary\0",
            "canary\u{7f}",
            "canäry",
            &long,
            &long[5..],
        ] {
            refused(|t| t.value = Secret::new(value.to_owned()), "value", "is not a token that a header can carry");
        }
        accepted(|t| t.value = Secret::new(long[6..].to_owned()));
        accepted(|t| t.value = Secret::new("x".to_owned()));
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        for (refresh_after, expires_in) in [(900, 900), (901, 900), (0, 0), (u32::MAX, u32::MAX)] {
            let change = |t: &mut records::Token| (t.refresh_after, t.expires_in) = (refresh_after, expires_in);
            refused(change, "refresh-after", "is not less than `expires-in`");
        }
        for (refresh_after, expires_in) in [(899, 900), (0, 1), (u32::MAX - 1, u32::MAX)] {
            accepted(|t| (t.refresh_after, t.expires_in) = (refresh_after, expires_in));
        }
    }

    #[test]
    fn kind_and_scopes_are_lines() {
        for (line, why) in bad_lines() {
            refused(|t| t.kind.clone_from(&line), "kind", why);
            refused(|t| t.scopes[1].clone_from(&line), "scopes[1]", why);
            refused(|t| t.missing_scopes[1].clone_from(&line), "missing-scopes[1]", why);
        }
        accepted(|t| t.kind = longest_line());
        accepted(|t| (t.scopes[1], t.missing_scopes[1]) = (longest_line(), longest_line()));
        accepted(|t| (t.scopes, t.missing_scopes) = (Vec::new(), Vec::new()));
    }

    #[test]
    fn scopes_are_at_most_200() {
        let scopes = |count: usize| vec![CANARY.to_owned(); count];
        accepted(|t| (t.scopes, t.missing_scopes) = (scopes(200), scopes(200)));
        refused(|t| t.scopes = scopes(201), "scopes", "has more than 200 items");
        refused(|t| t.missing_scopes = scopes(201), "missing-scopes", "has more than 200 items");
    }
}

mod permission_status {
    use super::*;

    #[test]
    fn a_state_is_a_word_without_a_secret_and_a_detail_hides_it() {
        let status =
            |state: &str, detail: &str| records::PermissionStatus { state: state.into(), detail: detail.into() };
        let check = |raw| verdict::permission_status(raw, &redactor());
        for (state, why) in [("Granted!", NO_WORD), (SECRET, "contains a secret")] {
            assert_refused(status(state, "It sings."), check, (Function::ReadProbe, "state", why));
        }
        let accepted = assert_accepted(status("granted", &format!("It sings {SECRET}.")), check);
        assert_eq!(accepted.detail, "It sings •••.");
    }
}
