//! Properties of any entries and any response.

mod hosts;

use std::fmt::Debug;

use nexthink_connector::connection::{Connection, resolve};
use nexthink_connector::entries::Entries;
use nexthink_connector::failure::{Details, Failure};
use nexthink_connector::http::Response;
use nexthink_connector::problem::Problem;
use nexthink_connector::token::{self, Exchange, Token};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

type Pairs = Vec<(String, String)>;

/// A marker for values that may not be shown.
const CANARY: &str = "c4n4ry";

const KEYS: [&str; 4] = ["instance", "region", "client_id", "client_secret"];

const GOOD: [(&str, &str); 4] =
    [("instance", "acme"), ("region", "eu"), ("client_id", "Aladdin"), ("client_secret", "open sesame")];

/// Values that people type, and that attackers do.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "acme", "ACME-Prod", "us", "EU", " pac ", "meta", "Aladdin", "open sesame", "", " ", "\u{85}\u{feff}",
    "agora.eu.nexthink.cloud",
    "evil.example/x?", "evil.example#", "evil.example", "evil.example\\", "evil.example:443/", "evil.example%2f",
    "acme.eu.nexthink.cloud@evil.example", "https://evil.example@acme.eu.nexthink.cloud", "acme@evil.example/",
    "acme.eu.nexthink.cloud.evil.example", "evilnexthink.cloud", "acme.eu.evilnexthink.cloud", "acme.evil.example/.eu",
    "//evil.example/", "https://evil.example/?.eu.nexthink.cloud", "https://evil.example#.eu.nexthink.cloud",
    "eu.nexthink.cloud/@evil.example", "acme/../..", "acme\r\nhost: evil.example", "acme\0.eu.nexthink.cloud", "eu/", "eu.",
    "eu#", "eu?x", "eu@evil.example", "e\u{ad}u", "ｅｕ", "acme。eu。nexthink。cloud", "xn--evil-.eu.nexthink.cloud", "1.2.3.4",
    "https://[::1]/", "https://0x7f000001/", "acme.eu.nexthink.cloud:8443", "http://acme.eu.nexthink.cloud/", "-", "a:b",
    "a\u{1b}b", "x.y", "..", "https://", "://",
];

const ADDRESSES: &[&str] = &[
    "https://acme.eu.nexthink.cloud/",
    "acme.data.us.nexthink.cloud",
    "acme.api.pac.nexthink.cloud.",
    " acme-login.meta.nexthink.cloud:443",
    "ACME-engine-1.eu.nexthink.cloud/2/query?x=y#z",
];

fn known() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => select(VALUES), 1 => select(ADDRESSES)]
}

fn character() -> impl Strategy<Value = char> {
    let stumblers: Vec<char> = "./:@?#%\\-_ \t\r\n\0\u{7f}\u{85}\u{ad}\u{200b}\u{2028}。ａéK😀[]".chars().collect();
    prop_oneof![3 => select(stumblers), 1 => any::<char>(), 2 => proptest::char::range('!', '~')]
}

/// A known value unchanged, edited, or next to another; or any string.
fn value() -> impl Strategy<Value = String> {
    let edits = vec((any::<Index>(), character(), any::<bool>()), 1..4);
    let edited = (known(), edits).prop_map(|(value, edits)| {
        let mut characters: Vec<char> = value.chars().collect();
        for (place, character, insert) in edits {
            match place.index(characters.len() + 1) {
                end if end == characters.len() => characters.push(character),
                place if insert => characters.insert(place, character),
                place => characters[place] = character,
            }
        }
        String::from_iter(characters)
    });
    prop_oneof![
        4 => known().prop_map(str::to_owned),
        2 => edited,
        1 => (known(), known()).prop_map(|(a, b)| format!("{a}{b}")),
        1 => vec(character(), 0..30).prop_map(String::from_iter),
        1 => (known(), 500..2100_usize).prop_map(|(value, length)| value.repeat(length / value.len().max(1))),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(&KEYS[..]).prop_map(str::to_owned),
        1 => select(&["", "Instance", "region ", "tenant", "client_secret\0"][..]).prop_map(str::to_owned),
        1 => vec(character(), 0..8).prop_map(String::from_iter),
    ]
}

/// Any entries; or valid ones, with or without an address, some with another value.
fn entries() -> impl Strategy<Value = Pairs> {
    let nearly = vec(proptest::option::weighted(0.2, value()), 4).prop_map(|changes| {
        let pairs = GOOD.into_iter().zip(changes);
        pairs.map(|((key, good), change)| (key.to_owned(), change.unwrap_or_else(|| good.to_owned()))).collect()
    });
    let region = proptest::option::weighted(0.3, prop_oneof![Just("eu".to_owned()), value()]);
    let pasted = (select(ADDRESSES), region, select(&["Aladdin", " Aladdin\n", "a:b"][..]), value());
    let pasted = pasted.prop_map(|(address, region, id, secret)| {
        let region = region.map(|region| ("region", region));
        let rest = [("instance", address.to_owned()), ("client_id", id.to_owned()), ("client_secret", secret)];
        region.into_iter().chain(rest).map(|(key, value)| (key.to_owned(), value)).collect()
    });
    prop_oneof![vec((key(), value()), 0..7), nearly, pasted]
}

/// Texts with the canary in them.
fn with_canary() -> impl Strategy<Value = String> {
    let around = || prop_oneof![Just(String::new()), value(), vec(character(), 0..6).prop_map(String::from_iter)];
    (around(), around()).prop_map(|(before, behind)| format!("{before}{CANARY}{behind}"))
}

fn resolved(pairs: &Pairs) -> Result<Connection, Vec<Problem>> {
    resolve(&Entries::new(pairs.clone()))
}

fn exchange(pairs: &Pairs) -> Result<Exchange, Vec<Problem>> {
    token::request(&Entries::new(pairs.clone()))
}

fn hides(shown: &impl Debug) -> bool {
    !format!("{shown:?}").contains(CANARY)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn resolve_refuses_or_gives_hosts_of_the_documented_shape(pairs in entries()) {
        match resolved(&pairs) {
            Err(problems) => prop_assert!(!problems.is_empty()),
            Ok(connection) => {
                let (login, api) = (connection.tenant.login_host(), connection.tenant.api_host());
                let Some((instance, region)) = hosts::of_login(&login) else { panic!("{login}") };
                prop_assert_eq!(&api, &format!("{instance}.api.{region}.nexthink.cloud"));
                prop_assert_eq!(connection.base_url(), format!("https://{api}"));
                let settings = connection.settings();
                prop_assert_eq!((settings[0].1.as_str(), settings[1].1.as_str()), (instance, region));
                let id = settings.get(2).map(|(_, id)| id.as_str());
                prop_assert_eq!(connection.key(), id.map_or(String::new(), |id| format!("nexthink/{region}/{instance}/{id}")));
            }
        }
    }

    #[test]
    fn token_request_refuses_or_goes_to_the_token_endpoint_that_resolve_names(pairs in entries()) {
        match (exchange(&pairs), resolved(&pairs)) {
            (Err(problems), resolved) => {
                prop_assert!(!problems.is_empty());
                for problem in resolved.err().unwrap_or_default() {
                    prop_assert!(problems.contains(&problem), "left out: {:?}", problem);
                }
            }
            (Ok(_), Err(problems)) => prop_assert!(false, "resolve refuses: {:?}", problems),
            (Ok(exchange), Ok(connection)) => {
                let (scheme, rest) = exchange.request.url.split_once("://").unwrap();
                let (host, path) = rest.split_once('/').unwrap();
                prop_assert_eq!((scheme, path), ("https", "oauth2/default/v1/token"));
                prop_assert!(hosts::of_login(host).is_some(), "{}", host);
                prop_assert_eq!(host, &connection.tenant.login_host());
                prop_assert!(exchange.notes.starts_with(&connection.notes));
                for header in &exchange.request.headers {
                    prop_assert!(header.value.expose().bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
                }
            }
        }
    }

    #[test]
    fn equal_entries_give_equal_answers(pairs in entries()) {
        prop_assert_eq!(resolved(&pairs), resolved(&pairs));
        match (exchange(&pairs), exchange(&pairs)) {
            (Err(one), Err(other)) => prop_assert_eq!(one, other),
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
                let sensitive = |exchange: &Exchange| exchange.request.headers[0].value.expose().to_owned();
                prop_assert_eq!(sensitive(&one), sensitive(&other));
            }
            _ => prop_assert!(false, "once refused, once not"),
        }
    }

    #[test]
    fn no_secret_shows_anywhere(mut pairs in entries(), secrets in vec((with_canary(), any::<Index>()), 1..3)) {
        pairs.retain(|(key, _)| key != "client_secret");
        for (secret, place) in secrets {
            pairs.insert(place.index(pairs.len() + 1), ("client_secret".to_owned(), secret));
        }
        prop_assert!(hides(&Entries::new(pairs.clone())));
        let resolved = resolved(&pairs);
        prop_assert!(hides(&resolved));
        if let Ok(connection) = resolved {
            let derived = (connection.key(), connection.settings(), connection.base_url());
            prop_assert!(hides(&derived) && hides(&connection.tenant.label()));
        }
        let exchange = exchange(&pairs);
        let shown = format!("{exchange:?}");
        prop_assert!(!shown.contains(CANARY), "{}", shown);
        if let Ok(exchange) = exchange {
            // The encoded secret is just as secret.
            let (sensitive, others) = exchange.request.headers.split_first().unwrap();
            prop_assert!(sensitive.value.expose().len() > "Basic ".len() + CANARY.len());
            prop_assert!(!shown.contains(&sensitive.value.expose()["Basic ".len()..]));
            prop_assert!(others.iter().all(|header| !header.value.expose().contains(CANARY)));
            prop_assert!(!String::from_utf8(exchange.request.body).unwrap().contains(CANARY));
        }
    }

    #[test]
    fn problems_never_quote_what_was_entered(pairs in vec((key(), with_canary()), 0..7)) {
        for problem in exchange(&pairs).err().into_iter().chain(resolved(&pairs).err()).flatten() {
            let shown = format!("{problem:?}").to_lowercase();
            prop_assert!(!shown.contains(CANARY), "{}", shown);
        }
    }
}

/// Values that a provider might send.
#[rustfmt::skip]
const MEMBERS: &[&str] = &[
    "\"c4n4ry\"", "[\"c4n4ry\"]", "{\"c4n4ry\":\"c4n4ry\"}", "{\"code\":\"c4n4ry\",\"message\":\"c4n4ry\"}", "\"c4n4ry\\u0000\"",
    "\"Bearer\"", "\"bearer\"", "\"service:integration\"", "\"a b\"", "\"\"", "null", "true", "0", "1", "2", "60", "900", "86400",
    "86401", "-1", "1.5", "1e999", "\"900\"", "\"+5\"", "18446744073709551616", "\"invalid_client\"", "\"E0000047\"", "c4n4ry",
];

fn good_body() -> Vec<(&'static str, String)> {
    [("token_type", "\"Bearer\""), ("access_token", "\"c4n4ry\"")].map(|(n, v)| (n, v.to_owned())).into()
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: [&str; 9] = [
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "error",
        "error_description",
        "errorCode",
        "errorSummary",
        "c4n4ry",
    ];
    let member = || (select(&NAMES[..]), select(MEMBERS).prop_map(str::to_owned));
    let lifetime =
        || (Just("expires_in"), prop_oneof![0..4_u32, 0..90_000_u32].prop_map(|seconds| seconds.to_string()));
    let members = prop_oneof![
        vec(member(), 0..6),
        member().prop_map(|one| [good_body(), vec![one]].concat()),
        lifetime().prop_map(|one| [good_body(), vec![one]].concat()),
    ];
    let json = members.prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    });
    let cut = (json.clone().boxed(), any::<Index>()).prop_map(|(json, end)| json[..end.index(json.len())].to_vec());
    let wild = (vec(any::<u8>(), 0..60), vec(any::<u8>(), 0..60));
    let wild = wild.prop_map(|(before, behind)| [&before, CANARY.as_bytes(), &behind].concat());
    prop_oneof![6 => json, 1 => cut, 2 => wild, 1 => (65_500..65_600_usize).prop_map(|length| vec![b' '; length])]
}

fn response() -> impl Strategy<Value = (u16, Pairs, Vec<u8>, u64)> {
    let status = prop_oneof![
        4 => 200..300_u16,
        3 => select(vec![400, 401, 403, 404, 407, 408, 429, 429, 503]),
        1 => 300..600_u16,
        1 => any::<u16>(),
    ];
    let name = select(vec!["content-type", "content-length", "retry-after", "X-Rate-Limit-Reset", "location", "x"]);
    let known = vec!["application/json", "text/html", "application/problem+json", "7", "99999999999999999999", "soon"];
    let dates =
        vec!["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "+999999-12-31T23:59:59Z", "-000001-01-01T00Z"];
    let value = prop_oneof![
        3 => select(known).prop_map(str::to_owned),
        1 => select(dates).prop_map(str::to_owned),
        1 => vec(character(), 0..12).prop_map(String::from_iter),
    ];
    let headers = vec((name.prop_map(str::to_owned), value), 0..5);
    (status, headers, body(), prop_oneof![Just(784_111_777), any::<u64>()])
}

fn read((status, headers, body, received_at): (u16, Pairs, Vec<u8>, u64)) -> Result<Token, Failure> {
    token::response(&Response { status, headers, body, received_at })
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn any_response_is_a_token_that_lasts_or_a_failure_that_keeps_the_body_to_itself(response in response()) {
        let status = response.0;
        match read(response) {
            Ok(token) => {
                prop_assert!((200..300).contains(&status));
                prop_assert!(token.refresh_after() < token.expires_in && token.expires_in <= 86_400);
                let value = token.value.expose();
                prop_assert!(!value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic()));
                // Scopes are the only member that is shown unchanged.
                let token = Token { scopes: Vec::new(), ..token };
                prop_assert!(hides(&token));
            }
            Err(failure) => {
                prop_assert!(!failure.message.is_empty() && failure.hint.is_some());
                for said in [&failure.provider_code, &failure.provider_message].into_iter().flatten() {
                    prop_assert!((1..=300).contains(&said.chars().count()) && !said.contains(char::is_control));
                }
                let ours = Details { provider_code: None, provider_message: None, ..failure.into_details() };
                prop_assert!(hides(&ours), "{:?}", ours);
            }
        }
    }
}

/// Counts how many of 1000 deterministic samples have a property.
fn count<S: Strategy>(strategy: S, has: impl Fn(S::Value) -> bool) -> usize {
    let mut runner = TestRunner::deterministic();
    (0..1000).filter(|_| has(strategy.new_tree(&mut runner).unwrap().current())).count()
}

/// A property of entries that are all refused would prove nothing.
#[test]
fn the_samples_above_lead_to_every_outcome() {
    for (what, found) in [
        ("connections", count(entries(), |pairs| resolved(&pairs).is_ok())),
        ("no connections", count(entries(), |pairs| resolved(&pairs).is_err())),
        ("notes", count(entries(), |pairs| resolved(&pairs).is_ok_and(|connection| !connection.notes.is_empty()))),
        ("requests", count(entries(), |pairs| exchange(&pairs).is_ok())),
        ("no requests in spite of a connection", count(entries(), |p| exchange(&p).is_err() && resolved(&p).is_ok())),
        ("tokens", count(response(), |response| read(response).is_ok())),
        ("failures", count(response(), |response| read(response).is_err())),
        ("words of the provider", count(response(), |r| read(r).is_err_and(|failure| failure.provider_code.is_some()))),
        ("waiting times", count(response(), |r| read(r).is_err_and(|failure| failure.recovery.wait().is_some()))),
    ] {
        println!("{found} {what}");
        assert!(found >= 10, "only {found} {what}");
    }
}
