//! From method and path to endpoint.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::endpoint::Endpoint;
use crate::host::Site;

/// The endpoint that a method and a path mean on a site.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Found {
        endpoint: Endpoint,
        /// The variable segments of the path, in order, without percent-encoding.
        parameters: Vec<Cow<'a, str>>,
    },
    WrongMethod {
        /// The methods of the path, as `Allow` lists them.
        allow: String,
    },
    Unknown,
}

/// Finds the endpoint. Fixed segments are compared as they are sent: nothing in them needs percent-encoding.
pub(crate) fn find<'a>(site: &Site, method: &str, path: &'a str) -> Route<'a> {
    let mut allow = Vec::new();
    for &endpoint in Endpoint::ALL {
        let (known, pattern) = endpoint.target();
        let on_this_site = matches!(site, Site::Login(_)) == (endpoint == Endpoint::Token);
        if on_this_site && let Some(parameters) = parameters(pattern, path) {
            if known == method {
                return Route::Found { endpoint, parameters };
            }
            allow.push(known);
        }
    }
    if allow.is_empty() { Route::Unknown } else { Route::WrongMethod { allow: allow.join(", ") } }
}

/// Returns the segments of a path that a pattern has in braces; `None` when the others differ, or when one is no UTF-8.
fn parameters<'a>(pattern: &str, path: &'a str) -> Option<Vec<Cow<'a, str>>> {
    let (mut known, mut given) = (pattern.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (known.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(known), Some(given)) if known.starts_with('{') => {
                parameters.push(percent_decode_str(given).decode_utf8().ok()?);
            }
            (Some(known), Some(given)) if known == given => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Route, find};
    use crate::endpoint::Endpoint;
    use crate::host::Site;

    #[test]
    fn each_host_has_its_own_paths() {
        let (login, api) = (Site::Login("a".to_owned()), Site::Api("a".to_owned()));
        let token = "/oauth2/default/v1/token";
        assert!(matches!(find(&login, "POST", token), Route::Found { endpoint: Endpoint::Token, .. }));
        assert_eq!(find(&api, "POST", token), Route::Unknown);
        assert_eq!(find(&login, "GET", "/api/v1/workflows"), Route::Unknown);
        assert_eq!(find(&login, "GET", token), Route::WrongMethod { allow: "POST".to_owned() });
        assert_eq!(find(&api, "PUT", "/api/v1/nql/export"), Route::WrongMethod { allow: "POST, GET".to_owned() });
        assert_eq!(
            find(&api, "GET", "/api/v1/nql/status/%2Fa+b%2B%3d="),
            Route::Found { endpoint: Endpoint::NqlStatus, parameters: vec!["/a+b+==".into()] }
        );
        for path in [
            "",
            "/",
            "/api",
            "/api/v1/workflows/",
            "//api/v1/workflows",
            "/api/v3/nql/execute",
            "/api/v1/nql/status/%ff",
            "/api/v1/nql/status/a/b",
        ] {
            assert_eq!(find(&api, "GET", path), Route::Unknown, "{path}");
        }
    }
}
