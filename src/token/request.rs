//! Building the token request.

use url::form_urlencoded;

use crate::USER_AGENT;
use crate::connection::{self, resolve};
use crate::credentials::basic_auth;
use crate::entries::{Entries, FieldValue};
use crate::http::{Header, HeaderValue, Request};
use crate::key::Key;
use crate::problem::Problem;

/// The scope to request: the only one in the documentation of Nexthink. What the
/// credentials allow depends on their permissions, not on scopes.
pub const SCOPE: &str = "service:integration";

/// Longest response to accept, in bytes. A token with every claim seen stays below
/// 4 KiB; the rest is reserve.
pub const RESPONSE_LIMIT: u32 = 64 * 1024;

/// Seconds to wait for the response; public clients use 30 to 60.
const TIMEOUT: u32 = 30;

/// The token request, and what was changed in the entries to build it.
#[derive(Debug)]
pub struct Exchange {
    /// The token request.
    pub request: Request,
    /// Changes to the entries, one sentence each.
    pub notes: Vec<String>,
}

/// Builds the token request (RFC 6749 §4.4.2; Nexthink: API, *Getting an
/// authentication token*).
///
/// # Errors
///
/// Returns every problem at once, those of [`resolve`] included.
pub fn request(entries: &Entries) -> Result<Exchange, Vec<Problem>> {
    let mut notes = Vec::new();
    let mut problems = Vec::new();
    let connection = resolve(entries).map_err(|found| problems.extend(found)).ok();
    if matches!(entries.field_value(Key::ClientId), FieldValue::Missing) {
        problems.push(connection::required(Key::ClientId));
    }
    let secret = connection::client_secret(entries, &mut notes).map_err(|found| problems.extend(found)).ok();
    let (Some(connection), Some(secret)) = (connection, secret) else { return Err(problems) };
    let Some(client_id) = connection.client_id else { return Err(problems) };

    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", SCOPE)
        .finish();
    let request = Request {
        method: "POST",
        url: format!("https://{}/oauth2/default/v1/token", connection.tenant.login_host()),
        headers: vec![
            Header { name: "authorization".into(), value: HeaderValue::Sensitive(basic_auth(&client_id, &secret)) },
            Header::plain("content-type", "application/x-www-form-urlencoded"),
            Header::plain("accept", "application/json"),
            Header::plain("user-agent", USER_AGENT),
        ],
        body: body.into_bytes(),
        // The token request contains credentials of its own.
        authorized: false,
        // A second token does no harm: the first one expires.
        repeatable: true,
        timeout: TIMEOUT,
        response_limit: RESPONSE_LIMIT,
    };
    Ok(Exchange { request, notes: [connection.notes, notes].concat() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemCode;

    fn entries(pairs: &[(&str, &str)]) -> Entries {
        Entries::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    const GOOD: [(&str, &str); 4] =
        [("instance", "nxdocs"), ("region", "eu"), ("client_id", "Aladdin"), ("client_secret", "open sesame")];

    #[test]
    fn request_is_the_documented_one() {
        let Request { method, url, headers, body, authorized, repeatable, timeout, response_limit } =
            request(&entries(&GOOD)).unwrap().request;
        assert_eq!(method, "POST");
        assert_eq!(url, "https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token");
        let headers: Vec<_> = headers.iter().map(|h| (h.name.as_ref(), h.value.expose())).collect();
        assert_eq!(
            headers,
            [
                ("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
                ("content-type", "application/x-www-form-urlencoded"),
                ("accept", "application/json"),
                ("user-agent", "nexthink-connector/0.1.0"),
            ]
        );
        assert_eq!(body, b"grant_type=client_credentials&scope=service%3Aintegration");
        assert_eq!((authorized, repeatable, timeout, response_limit), (false, true, 30, 65_536));
    }

    #[test]
    fn every_field_is_needed_and_all_problems_come_at_once() {
        let problems = request(&entries(&[])).unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.field.as_deref().unwrap(), p.code)).collect();
        assert_eq!(
            found,
            [
                ("instance", ProblemCode::Required),
                ("region", ProblemCode::Required),
                ("client_id", ProblemCode::Required),
                ("client_secret", ProblemCode::Required),
            ]
        );
    }

    #[test]
    fn a_repeated_secret_is_reported_once() {
        let mut pairs = GOOD.to_vec();
        pairs.push(("client_secret", "open sesame"));
        let problems = request(&entries(&pairs)).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, ProblemCode::Contradiction);
    }

    #[test]
    fn white_space_around_id_and_secret_is_left_out_with_a_note() {
        let mut pairs = GOOD;
        pairs[2].1 = " Aladdin\n";
        pairs[3].1 = "\u{a0}open sesame ";
        let exchange = request(&entries(&pairs)).unwrap();
        assert_eq!(exchange.request.headers[0].value.expose(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(
            exchange.notes,
            ["White space around the client id was left out.", "White space around the client secret was left out."]
        );
    }

    #[test]
    fn debug_shows_no_credential() {
        let shown = format!("{:?}", request(&entries(&GOOD)).unwrap());
        assert!(shown.contains(r#"Header { name: "authorization", value: Sensitive(Secret(…)) }"#), "{shown}");
        assert!(!shown.contains("QWxhZGRpb") && !shown.contains("sesame"));
    }
}
