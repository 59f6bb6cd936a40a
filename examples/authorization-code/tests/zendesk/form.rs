//! The form, and what `resolve` makes of it.

use connector_kit::problem::Problem;
use regress::Regex;
use zendesk_connector::connection::resolve;
use zendesk_connector::definition::SUBDOMAIN;

use crate::person::entries;

/// Values of the subdomain that are one, with what they come to.
const GOOD: [(&str, &str); 6] = [
    ("acme", "acme"),
    (" Acme-2\n", "acme-2"),
    ("acme.zendesk.com", "acme"),
    ("https://acme.zendesk.com/agent/tickets/1?a=b#c", "acme"),
    ("HTTPS://ACME.ZENDESK.COM", "acme"),
    ("acme.zendesk.com/agent", "acme"),
];

/// Values that are none, with a word of each problem.
const BAD: [(&str, &[&str]); 17] = [
    ("acme,beta", &["comma"]),
    ("{subdomain}", &["brace"]),
    ("support.acme", &["dot"]),
    ("a.b.zendesk.com", &["dot"]),
    ("acme%2e", &["percent"]),
    ("a,{b}.c%d", &["dot", "comma", "brace", "percent"]),
    ("-acme", &["hyphens"]),
    ("acme-", &["hyphens"]),
    ("acme-.zendesk.com", &["hyphens"]),
    ("acmé", &["character"]),
    ("ac_me", &["hyphens"]),
    (".zendesk.com", &["hyphens"]),
    ("https://acme.example.com/", &["zendesk.com"]),
    ("https://acme.zendesk.com.evil.example/", &["zendesk.com"]),
    ("https://acme.zendesk.com@evil.example/", &["zendesk.com"]),
    ("https://evil.example/acme.zendesk.com", &["zendesk.com"]),
    ("http://acme.zendesk.com", &["zendesk.com"]),
];

#[test]
fn subdomains_and_addresses_come_to_the_account() {
    for (given, subdomain) in GOOD {
        let connection = resolve(&entries([("subdomain", given), ("client_id", " acme_app ")])).unwrap();
        assert_eq!(connection.base_url, format!("https://{subdomain}.zendesk.com"), "{given}");
        assert_eq!(connection.key, format!("zendesk/{subdomain}/acme_app"), "{given}");
        let noted = !connection.notes.is_empty();
        assert_eq!(noted, given.to_ascii_lowercase().contains("zendesk.com"), "{given}");
    }
}

#[test]
fn each_stranger_in_a_subdomain_has_a_problem_of_its_own_that_quotes_nothing() {
    for (given, words) in BAD {
        let problems = resolve(&entries([("subdomain", given)])).unwrap_err();
        let found: Vec<_> = problems.iter().map(|Problem { message, .. }| message.as_str()).collect();
        assert_eq!(found.len(), words.len(), "{given}: {found:?}");
        for (message, word) in found.iter().zip(words) {
            assert!(message.contains(word) && !message.contains(given), "{given}: {message}");
        }
    }
    assert_eq!(resolve(&entries([("subdomain", &*"a".repeat(64))])).unwrap_err()[0].code.as_str(), "too-long");
}

#[test]
fn the_pattern_of_the_form_agrees() {
    let pattern = Regex::with_flags(&format!("^(?:{})$", SUBDOMAIN.pattern.unwrap()), "v").unwrap();
    for (given, _) in GOOD {
        assert!(pattern.find(given).is_some(), "{given}");
    }
    for (given, _) in BAD {
        assert!(pattern.find(given).is_none(), "{given}");
    }
}

#[test]
fn without_an_identifier_there_is_a_connection_and_no_key() {
    let connection = resolve(&entries([("subdomain", "acme")])).unwrap();
    assert_eq!((&*connection.key, connection.settings.len()), ("", 1));
}
