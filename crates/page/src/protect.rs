//! Which requests are answered, and the headers of every response.
//!
//! A page of another site can make a browser send requests here: by a form or a
//! script (`Origin` is then its own), or by a host name of its own that resolves to
//! 127.0.0.1 (`Host` is then that name). Neither gets past this.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// What the page may load and do: its own files and requests, nothing inline. HTML
/// gets into the document at one place, through the policy `guide`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types guide";

/// The same for a provider's icon, opened by itself: a picture that does nothing.
pub(crate) const ICON_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

const ALWAYS: [(HeaderName, &str); 8] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// The names under which a browser on this machine reaches the page.
#[derive(Clone)]
pub(crate) struct Own(Vec<String>);

impl Own {
    pub(crate) fn new(port: u16) -> Self {
        let names = ["127.0.0.1", "localhost"];
        let mut own: Vec<_> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            own.extend(names.map(str::to_owned));
        }
        Self(own)
    }

    /// Returns why a request is refused. None: it is not.
    fn refusal(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
        let only = |name: &HeaderName| {
            let mut values = headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
        };
        let is_own = |host: &str| self.0.iter().any(|own| own.eq_ignore_ascii_case(host));
        let Some(host) = only(&HOST).filter(|host| is_own(host)) else {
            return Some((StatusCode::MISDIRECTED_REQUEST, "Wrong host name for this server."));
        };
        if uri.authority().is_some_and(|authority| !is_own(authority.as_str())) {
            return Some((StatusCode::MISDIRECTED_REQUEST, "Wrong host name for this server."));
        }
        let foreign = Some((StatusCode::FORBIDDEN, "Requests from other sites are refused."));
        let same_origin =
            || only(&ORIGIN).and_then(|origin| origin.strip_prefix("http://")).is_some_and(|origin| origin == host);
        if headers.contains_key(ORIGIN) && !same_origin() {
            return foreign;
        }
        let mut sites = headers.get_all("sec-fetch-site").iter().map(HeaderValue::as_bytes);
        if uri.path().starts_with("/api/") && !sites.all(|site| matches!(site, b"same-origin" | b"none")) {
            return foreign;
        }
        match *method {
            Method::POST if !same_origin() => foreign,
            Method::POST if !only(&CONTENT_TYPE).is_some_and(is_json) => {
                Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json."))
            }
            Method::GET | Method::HEAD | Method::POST => None,
            _ => Some((StatusCode::METHOD_NOT_ALLOWED, "Only GET and POST are supported.")),
        }
    }
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// Refuses what does not come from the page itself, and adds the headers of every response.
pub(crate) async fn guard(State(own): State<Own>, request: Request, next: Next) -> Response {
    let mut response = match own.refusal(request.method(), request.uri(), request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(method: &Method, uri: &str, headers: &[(&'static str, &'static str)]) -> Option<u16> {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        Own::new(8080).refusal(method, &uri.parse().unwrap(), &map).map(|(status, _)| status.as_u16())
    }

    #[test]
    fn the_page_itself_is_answered() {
        let own = ("host", "127.0.0.1:8080");
        assert_eq!(refusal(&Method::GET, "/", &[own]), None);
        assert_eq!(refusal(&Method::GET, "/", &[("host", "LOCALHOST:8080")]), None);
        let post = [own, ("origin", "http://127.0.0.1:8080"), ("content-type", "application/json; charset=utf-8")];
        assert_eq!(refusal(&Method::POST, "/api/resolve", &post), None);
        // A link from elsewhere may open the page, but not its answers.
        assert_eq!(refusal(&Method::GET, "/", &[own, ("sec-fetch-site", "cross-site")]), None);
        assert_eq!(refusal(&Method::GET, "/api/facts", &[own, ("sec-fetch-site", "same-origin")]), None);
        assert!(Own::new(80).0.contains(&"localhost".to_owned()));
    }

    #[test]
    fn other_hosts_are_refused() {
        for host in
            ["evil.example", "evil.example:8080", "127.0.0.1", "127.0.0.1:8081", "127.0.0.1.evil.example:8080", ""]
        {
            assert_eq!(refusal(&Method::GET, "/", &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(refusal(&Method::GET, "/", &[]), Some(421));
        assert_eq!(refusal(&Method::GET, "/", &[("host", "127.0.0.1:8080"), ("host", "evil.example")]), Some(421));
        assert_eq!(refusal(&Method::GET, "http://evil.example/", &[("host", "127.0.0.1:8080")]), Some(421));
    }

    #[test]
    fn other_origins_are_refused() {
        let own = ("host", "127.0.0.1:8080");
        let json = ("content-type", "application/json");
        assert_eq!(refusal(&Method::POST, "/api/connect", &[own, json]), Some(403));
        for origin in
            ["null", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:8081", "http://localhost:8080"]
        {
            assert_eq!(refusal(&Method::POST, "/api/connect", &[own, json, ("origin", origin)]), Some(403), "{origin}");
            assert_eq!(refusal(&Method::GET, "/api/facts", &[own, ("origin", origin)]), Some(403), "{origin}");
        }
        let sites = [own, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")];
        assert_eq!(refusal(&Method::GET, "/api/facts", &sites), Some(403));
        for site in ["cross-site", "same-site"] {
            assert_eq!(refusal(&Method::GET, "/api/facts", &[own, ("sec-fetch-site", site)]), Some(403), "{site}");
        }
    }

    #[test]
    fn what_a_form_can_send_is_refused() {
        let from_page = [("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")];
        for media_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"]
        {
            let headers = [&from_page[..], &[("content-type", media_type)]].concat();
            assert_eq!(refusal(&Method::POST, "/api/connect", &headers), Some(415), "{media_type}");
        }
        let twice = [("content-type", "application/json"), ("content-type", "text/plain")];
        assert_eq!(refusal(&Method::POST, "/api/connect", &[&from_page[..], &twice].concat()), Some(415));
        assert_eq!(refusal(&Method::POST, "/api/connect", &from_page), Some(415));
        assert_eq!(refusal(&Method::PUT, "/", &from_page), Some(405));
        assert_eq!(refusal(&Method::OPTIONS, "/api/connect", &from_page), Some(405));
    }
}
