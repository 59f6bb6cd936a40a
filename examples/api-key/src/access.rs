//! The connection and its calls to the API: the headers of the keys, requests to any path,
//! kinds of failures.

use connector_kit::api::{Api, Call};
use connector_kit::definition::Connection;
use connector_kit::entries::Entries;
use connector_kit::failure::{Failure, Kind, Recovery, kinds, retry_after};
use connector_kit::http::{Header, Request, Response};
use connector_kit::problem::Problem;

use crate::definition::{API_KEY, APPLICATION_KEY, DEFINITION, NAME, SITE};

/// The API of Datadog.
pub const API: Api = Api {
    user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
    credential_headers: &["dd-api-key", "dd-application-key"],
    example: "/api/v1/monitor",
    number_sign: "a # that is part of a value",
    timeout: 60,
    // A page of 1,000 monitors, each with its query and options.
    response_limit: 16 << 20,
};

/// A key that Datadog does not accept.
const INVALID_KEY: Kind = Kind::new("invalid-client", Recovery::Reconfigure);

const CHECK_KEYS: &str = "Check the keys, the site that they belong to, and the application key, which reading needs.";

/// Normalises and validates the entries so far. The secrets are left to [`authorize`].
///
/// # Errors
///
/// Returns every problem at once.
pub fn resolve(entries: &Entries) -> Result<Connection, Vec<Problem>> {
    let mut problems = entries.key_problems(&DEFINITION.labels());
    let site = entries.choice(&SITE).map_err(|problem| problems.extend(problem));
    let (Ok(site), true) = (site, problems.is_empty()) else { return Err(problems) };
    Ok(Connection {
        // What identifies the organization is a secret, which has no place in a
        // connection: two organizations of a site cannot be told apart.
        key: String::new(),
        label: format!("{NAME} {}", site.label),
        settings: vec![(SITE.key, site.value.to_owned())],
        base_url: format!("https://api.{}", site.value),
        notes: Vec::new(),
    })
}

/// Returns the headers that present the keys: `DD-API-KEY`, and `DD-APPLICATION-KEY` if
/// there is one (*Authentication*).
///
/// # Errors
///
/// Fails for a key that is missing where it is required, or that no header can have.
pub fn authorize(entries: &Entries) -> Result<Vec<Header>, Failure> {
    let header = |name: &'static str| move |key| Header::sensitive(name, key);
    let api_key = entries.header_secret(&API_KEY)?.map(header("dd-api-key"));
    let application_key = entries.header_secret(&APPLICATION_KEY)?.map(header("dd-application-key"));
    Ok(api_key.into_iter().chain(application_key).collect())
}

/// Returns the failure of an access token, which Datadog's keys are not exchanged for.
pub fn no_token() -> Failure {
    Failure::new(kinds::BAD_CREDENTIAL, "Datadog takes the keys of the form, not an access token.")
        .hint("Hand in the entries.")
}

/// Builds a request to any path of the API.
///
/// # Errors
///
/// Returns every problem at once.
pub fn request(settings: &Entries, call: Call) -> Result<Request, Vec<Problem>> {
    API.call(resolve(settings).map(|connection| connection.base_url), call)
}

/// Reads the response to an API request: success is any 2xx.
///
/// # Errors
///
/// Returns what failed and what to do about it.
pub fn response(response: &Response) -> Result<(), Failure> {
    if matches!(response.status, 200..=299) {
        return Ok(());
    }
    let failure = connector_kit::response::failure(response, NAME);
    Err(match response.status {
        401 => failure.turn_into(INVALID_KEY, "Datadog does not accept the keys.").hint(CHECK_KEYS),
        403 => failure.turn_into(kinds::PERMISSION_MISSING, "The keys are not allowed to do this.").hint(CHECK_KEYS),
        // Seconds until the limit is reset (*Rate Limits*).
        429 => failure.retry_after(
            retry_after::seconds(response).or_else(|| retry_after::in_seconds(response, "x-ratelimit-reset")),
        ),
        _ => failure,
    })
}

/// Reads the response to a request that needs the API key alone, so that 403 blames it.
///
/// # Errors
///
/// As [`response`].
pub fn response_to_api_key(response: &Response) -> Result<(), Failure> {
    self::response(response).map_err(|failure| match response.status {
        403 => failure.turn_into(INVALID_KEY, "Datadog does not accept the API key.").field(API_KEY.key),
        _ => failure,
    })
}
