//! Checks a request before it is sent.

use url::Url;

use super::check::Check;
use super::definition::{is_host_name, is_under};
use super::output::{BadOutput, Breach};
use crate::functions::{Function, Leave};
use crate::raw;
use crate::records::{Connection, Definition, DownloadLink, Exchange, HostRole, Probe, Purpose, Request};
use crate::redact::Redactor;
use crate::secret::{Body, Secret};

/// Methods that a provider's API can want (RFC 9110 §9, RFC 5789); `CONNECT` and
/// `TRACE` are none of them.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Headers that belong to the connection or to the host (RFC 9110 §7.6.1).
const HOSTS_OWN: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "proxy-authorization",
    "proxy-connection",
];

/// Most headers, and most bytes of them all: what servers commonly accept.
const HEADERS: usize = 64;
const HEADER_BYTES: usize = 16 * 1024;

/// Longest body to send, in bytes.
const BODY_BYTES: usize = 16 << 20;

/// Longest URL, in bytes: what servers commonly accept.
const URL_BYTES: usize = 16 * 1024;

/// Longest time to wait, in seconds.
const TIMEOUT: u32 = 300;

/// Longest time for a download, in seconds: a day.
const DOWNLOAD_TIMEOUT: u32 = 86_400;

/// Longest body to accept, in bytes.
const RESPONSE_BYTES: u32 = 64 << 20;

/// Headers that say who asks. A link to a download is proof enough, and leads to
/// a host that must not see another one.
const PROOFS: [&str; 2] = ["authorization", "cookie"];

/// Checks a request that gets a token.
pub(crate) fn exchange(
    function: Function,
    raw: raw::Exchange,
    connection: &Connection,
    redactor: &Redactor,
) -> Result<Exchange, BadOutput> {
    let check = Check(function);
    check.lines("notes", &raw.notes)?;
    for (i, note) in raw.notes.iter().enumerate() {
        check.harmless(&format!("notes[{i}]"), note, redactor)?;
    }
    // A URL ends up in logs on the way.
    check.harmless("request.url", &raw.request.url, redactor)?;
    check.ensure(!raw.request.authorized, "request.authorized", "asks for the token that it is about to get")?;
    Ok(Exchange {
        request: Place { check, at: "request" }.accept(raw.request, connection, HostRole::Token, Purpose::Token)?,
        notes: raw.notes,
    })
}

/// Checks a request to the API, authorized or not. Neither kind proves by itself who asks: one
/// that is not authorized contains no secret at all.
pub(crate) fn api(
    function: Function,
    at: &str,
    raw: raw::Request,
    connection: &Connection,
    redactor: &Redactor,
) -> Result<Request, BadOutput> {
    let place = Place { check: Check(function), at };
    let carries = raw.headers.iter().any(|(name, _)| PROOFS.contains(&name.as_str()));
    place.check.ensure(!carries, &place.of("headers"), "carry an authorization of their own")?;
    if !raw.authorized {
        place.secretless(&raw, redactor)?;
    }
    place.accept(raw, connection, HostRole::Api, Purpose::Api)
}

/// Checks what a connector made of a request by signing it: headers or parameters of the query
/// were added at the end.
pub(crate) fn signed(raw: raw::Request, request: &Request, connection: &Connection) -> Result<Request, BadOutput> {
    let place = Place { check: Check(Function::Sign), at: "" };
    let Place { check, .. } = place;
    let url = request.url.as_str();
    let added = raw.url.strip_prefix(url);
    let separator = if request.url.query().is_some() { '&' } else { '?' };
    let grown = added.is_some_and(|added| added.is_empty() || added.starts_with(separator));
    check.host(grown, "url", "changes more than it adds to the query")?;
    let given = raw.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let before = request.headers.iter().map(|(name, value)| (name.as_str(), value.expose()));
    let kept = raw.headers.len() >= request.headers.len() && before.eq(given.take(request.headers.len()));
    check.ensure(kept, "headers", "change more than they add")?;
    let same = raw.method == request.method
        && raw.body[..] == request.body[..]
        && raw.authorized == request.authorized
        && raw.repeatable == request.repeatable
        && (raw.timeout, raw.response_limit) == (request.timeout, request.response_limit);
    check.ensure(same, "", "changes more than headers and query")?;
    place.accept(raw, connection, HostRole::Api, request.purpose)
}

/// Checks the URL that a person signs in at: it goes to the provider, brings back what the host
/// gave, and shows no secret.
pub(crate) fn authorization_url(
    text: &str,
    leave: &Leave<'_>,
    connection: &Connection,
    redactor: &Redactor,
) -> Result<Url, BadOutput> {
    let place = Place { check: Check(Function::AuthorizationUrl), at: "" };
    let Place { check, .. } = place;
    let rules = Rules {
        allowed: &|host| connection.has_host(HostRole::Authorization, host),
        elsewhere: &elsewhere(HostRole::Authorization),
        timeout: TIMEOUT,
        response_bytes: RESPONSE_BYTES,
    };
    let url = place.url(text, &rules)?;
    let expected = [
        ("response_type", "code"),
        ("redirect_uri", leave.redirect_uri),
        ("state", leave.state),
        ("code_challenge", leave.code_challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in expected {
        let mut given = url.query_pairs().filter(|(given, _)| given == name);
        let once = given.next().is_some_and(|(_, given)| given == value) && given.next().is_none();
        check.ensure(once, "url", &format!("does not have the parameter `{name}` once, as the host gave it"))?;
    }
    // What the host gave is no secret, even if somebody entered it as one.
    let own = |pair: &&str| expected.iter().all(|(name, _)| pair.split('=').next() != Some(name));
    let query = url.query().unwrap_or_default().split('&').filter(own).collect::<Vec<_>>().join("&");
    let mut rest = url.clone();
    rest.set_query(Some(&query));
    check.harmless("url", rest.as_str(), redactor)?;
    Ok(url)
}

fn elsewhere(role: HostRole) -> String {
    format!("names a host that is none of the connection's `{}` hosts", role.name())
}

/// Checks the request of a download, which goes to one of the domains.
pub(super) fn download(
    function: Function,
    raw: raw::Request,
    domains: &[String],
    redactor: &Redactor,
) -> Result<DownloadLink, BadOutput> {
    let place = Place { check: Check(function), at: "download.request" };
    let Place { check, .. } = place;
    check.ensure(!raw.authorized, &place.of("authorized"), "asks for the token, which a link needs not")?;
    check.ensure(raw.method == "GET", &place.of("method"), "is not `GET`")?;
    let proven = raw.headers.iter().any(|(name, _)| PROOFS.contains(&name.as_str()));
    check.ensure(!proven, &place.of("headers"), "say who asks")?;
    place.secretless(&raw, redactor)?;
    let rules = Rules {
        allowed: &|host| is_host_name(host) && is_under(host, domains),
        elsewhere: "names a host outside of the domains that a download may come from",
        timeout: DOWNLOAD_TIMEOUT,
        response_bytes: u32::MAX,
    };
    place.accept_by(raw, &rules, Purpose::Download).map(DownloadLink::new)
}

/// Checks the headers that present a credential. There may be none where requests are signed.
pub(crate) fn token_headers(raw: Vec<raw::Header>, signs: bool) -> Result<Vec<(String, Secret)>, BadOutput> {
    let place = Place { check: Check(Function::Authorize), at: "" };
    place.check.ensure(signs || !raw.is_empty(), "", "gives no header for a credential of its own")?;
    place.headers(&raw)?;
    Ok(raw.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
}

/// Checks one probe for each permission of the definition, in its order.
pub(crate) fn probes(
    raw: Vec<raw::Probe>,
    definition: &Definition,
    connection: &Connection,
) -> Result<Vec<Probe>, BadOutput> {
    let given = raw.iter().map(|probe| probe.permission.as_str());
    if !given.eq(definition.permissions.iter().map(|permission| permission.id.as_str())) {
        return Check(Function::Probes).fail("", "is not one probe for each permission, in order");
    }
    let probe = |(i, raw): (usize, raw::Probe)| {
        let at = format!("probes[{i}].request");
        let request = raw.request.map(|request| {
            let authorized = request.authorized;
            Check(Function::Probes).ensure(
                authorized,
                &format!("{at}.authorized"),
                "is not set: it would prove nothing",
            )?;
            api(Function::Probes, &at, request, connection, &Redactor::default())
        });
        Ok(Probe { permission: raw.permission, request: request.transpose()? })
    };
    raw.into_iter().enumerate().map(probe).collect()
}

/// What differs between kinds of requests.
struct Rules<'a> {
    allowed: &'a dyn Fn(&str) -> bool,
    /// What is wrong with a URL of another host.
    elsewhere: &'a str,
    timeout: u32,
    response_bytes: u32,
}

/// Where in a returned value the request is.
struct Place<'a> {
    check: Check,
    at: &'a str,
}

impl Place<'_> {
    fn of(&self, member: &str) -> String {
        if self.at.is_empty() { member.to_owned() } else { format!("{}.{member}", self.at) }
    }

    /// Accepts a request without a secret in URL, headers or body.
    fn secretless(&self, raw: &raw::Request, redactor: &Redactor) -> Result<(), BadOutput> {
        self.check.harmless(&self.of("url"), &raw.url, redactor)?;
        for (name, value) in &raw.headers {
            self.check.harmless(&self.of("headers"), name, redactor)?;
            self.check.harmless(&self.of("headers"), value, redactor)?;
        }
        self.check.harmless(&self.of("body"), &String::from_utf8_lossy(&raw.body), redactor)
    }

    fn accept(
        &self,
        raw: raw::Request,
        connection: &Connection,
        role: HostRole,
        purpose: Purpose,
    ) -> Result<Request, BadOutput> {
        let rules = Rules {
            allowed: &|host| connection.has_host(role, host),
            elsewhere: &elsewhere(role),
            timeout: TIMEOUT,
            response_bytes: RESPONSE_BYTES,
        };
        self.accept_by(raw, &rules, purpose)
    }

    fn accept_by(&self, raw: raw::Request, rules: &Rules<'_>, purpose: Purpose) -> Result<Request, BadOutput> {
        let Self { check, .. } = *self;
        let Rules { timeout: longest, response_bytes: largest, .. } = *rules;
        let method = METHODS.contains(&raw.method.as_str());
        check.ensure(method, &self.of("method"), "is not an HTTP method in upper case that a connector may use")?;
        let url = self.url(&raw.url, rules)?;
        self.headers(&raw.headers)?;
        check.ensure(raw.body.len() <= BODY_BYTES, &self.of("body"), "is too long")?;
        let bodiless = !matches!(raw.method.as_str(), "GET" | "HEAD") || raw.body.is_empty();
        check.ensure(bodiless, &self.of("body"), "belongs to a method that has none")?;
        let timeout = (1..=longest).contains(&raw.timeout);
        check.ensure(timeout, &self.of("timeout"), &format!("is not from 1 to {longest} seconds"))?;
        let limit = (1..=largest).contains(&raw.response_limit);
        check.ensure(limit, &self.of("response-limit"), &format!("is not from 1 to {largest} bytes"))?;
        Ok(Request {
            method: raw.method,
            url,
            headers: raw.headers.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
            body: Body::from(raw.body),
            authorized: raw.authorized,
            repeatable: raw.repeatable,
            timeout: raw.timeout,
            response_limit: raw.response_limit,
            purpose,
        })
    }

    /// Accepts a URL that the parser has nothing to repair in, on an allowed host.
    /// What it would repair is where parsers disagree about
    /// the host.
    fn url(&self, text: &str, rules: &Rules<'_>) -> Result<Url, BadOutput> {
        let Self { check, .. } = *self;
        let at = &self.of("url");
        check.ensure(text.len() <= URL_BYTES, at, "is too long")?;
        let Ok(url) = Url::parse(text) else {
            return check.fail(at, "is not a URL").map_err(|error: BadOutput| error.of(Breach::Host));
        };
        check.host(url.scheme() == "https", at, "is not an `https` URL")?;
        let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        check.host(bare && url.fragment().is_none(), at, "names a user, port or fragment")?;
        check.host(url.as_str() == text, at, "is not in normal form")?;
        check.host(url.host_str().is_some_and(rules.allowed), at, rules.elsewhere)?;
        Ok(url)
    }

    fn headers(&self, headers: &[raw::Header]) -> Result<(), BadOutput> {
        let Self { check, .. } = *self;
        let at = &self.of("headers");
        check.ensure(headers.len() <= HEADERS, at, "are too many")?;
        let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        check.ensure(bytes <= HEADER_BYTES, at, "are too long")?;
        check.unique(at, headers.iter().map(|(name, _)| name.as_str()))?;
        for (i, (name, value)) in headers.iter().enumerate() {
            let at = &format!("{at}[{i}]");
            check.ensure(is_field_name(name), at, "has a name that is not one in lower case")?;
            check.ensure(!HOSTS_OWN.contains(&name.as_str()), at, "is one that only the host sets")?;
            check.ensure(is_field_value(value), at, "has a value that no header can carry")?;
        }
        Ok(())
    }
}

/// RFC 9110 §5.1 and §5.6.2, in lower case.
fn is_field_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&b);
    !name.is_empty() && name.bytes().all(allowed)
}

/// RFC 9110 §5.5 without its obsolete parts: visible ASCII, spaces and tabs
/// inside.
fn is_field_value(value: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_graphic() || b == b' ' || b == b'\t';
    value.bytes().all(allowed) && value.trim() == value
}
