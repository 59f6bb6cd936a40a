//! What people enter, and what attackers do.

use nexthink_connector::connection::{self, Connection};
use nexthink_connector::entries::Entries;
use nexthink_connector::problem::Problem;
use nexthink_connector::token::{self, Exchange};

use crate::format::Parts;
use crate::{CANARY, assert_hidden, holds_canary, hosts};

type Pairs = Vec<(String, String)>;

/// Takes any entries, one part, through `resolve` and `token-request`.
pub fn resolve(input: &[u8]) {
    if holds_canary(input) {
        return;
    }
    let pairs = Parts::new(input).pairs();
    let resolved = resolved(&pairs);
    assert_eq!(resolved, self::resolved(&pairs), "equal entries, other answers");
    if let Ok(connection) = &resolved {
        has_documented_hosts(connection);
    }
    requests_agree(&requested(&pairs), &resolved);
    secrets_stay_hidden(&pairs);
    problems_quote_nothing(pairs);
}

fn resolved(pairs: &Pairs) -> Result<Connection, Vec<Problem>> {
    connection::resolve(&Entries::new(pairs.clone()))
}

fn requested(pairs: &Pairs) -> Result<Exchange, Vec<Problem>> {
    token::request(&Entries::new(pairs.clone()))
}

fn has_documented_hosts(connection: &Connection) {
    let (login, api) = (connection.tenant.login_host(), connection.tenant.api_host());
    let (instance, region) = hosts::of_login(&login).unwrap_or_else(|| panic!("{login}"));
    assert_eq!(api, format!("{instance}.api.{region}.nexthink.cloud"));
    assert_eq!(connection.base_url(), format!("https://{api}"));
    // Whoever stores the settings gets the same connection again.
    let settings = connection.settings().into_iter().map(|(key, text)| (key.name().to_owned(), text)).collect();
    let again = resolved(&settings).unwrap_or_else(|problems| panic!("settings are refused: {problems:?}"));
    assert_eq!((again.key(), again.tenant), (connection.key(), connection.tenant.clone()));
}

fn requests_agree(requested: &Result<Exchange, Vec<Problem>>, resolved: &Result<Connection, Vec<Problem>>) {
    match (requested, resolved) {
        (Ok(_), Err(problems)) => panic!("`resolve` refuses what `token-request` accepts: {problems:?}"),
        (Err(problems), resolved) => {
            assert!(!problems.is_empty());
            let left_out = resolved.as_ref().err().into_iter().flatten().find(|problem| !problems.contains(problem));
            assert_eq!(left_out, None, "not every problem at once");
        }
        (Ok(exchange), Ok(connection)) => {
            let login = connection.tenant.login_host();
            assert_eq!(exchange.request.url, format!("https://{login}/oauth2/default/v1/token"));
            for header in &exchange.request.headers {
                assert!(header.value.expose().bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
            }
        }
    }
}

/// Adds a secret, or puts the canary into the one that is there.
fn secrets_stay_hidden(pairs: &Pairs) {
    let mut pairs = pairs.clone();
    pairs.push(("client_secret".to_owned(), String::new()));
    for (_, text) in pairs.iter_mut().filter(|(key, _)| key == "client_secret") {
        text.push_str(CANARY);
    }
    // An added one beside another would be refused as repeated.
    if pairs.iter().filter(|(key, _)| key == "client_secret").count() > 1 {
        pairs.pop();
    }
    assert_hidden(&Entries::new(pairs.clone()), "entries");
    let resolved = resolved(&pairs);
    assert_hidden(&resolved, "resolve");
    if let Ok(connection) = resolved {
        let told = (connection.key(), connection.settings(), connection.base_url());
        assert_hidden(&(told, connection.tenant.label()), "connection");
    }
    let requested = requested(&pairs);
    assert_hidden(&requested, "token-request");
    if let Ok(Exchange { request, .. }) = requested {
        let [credentials, others @ ..] = &request.headers[..] else { panic!("no headers") };
        let encoded = &credentials.value.expose()["Basic ".len()..];
        assert!(!format!("{request:?}").contains(encoded), "`Debug` shows the Basic header");
        assert!(others.iter().all(|header| !header.value.expose().contains(CANARY)));
        assert!(!holds_canary(&request.body) && !request.url.contains(CANARY));
    }
}

/// Puts the canary into every text: it is what a person typed, in whichever field.
fn problems_quote_nothing(mut pairs: Pairs) {
    for (_, text) in &mut pairs {
        text.push_str(CANARY);
    }
    assert_hidden(&requested(&pairs).err(), "a problem");
    assert_hidden(&resolved(&pairs).err(), "a problem");
}
