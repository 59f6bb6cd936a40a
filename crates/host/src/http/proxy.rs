//! Proxies on the way, as the environment names them.

use reqwest::Proxy;
use url::Url;

use super::options::HttpError;
use super::proxy_variables::ProxyVariables;
use super::resolver::{PORT, Resolver};

/// Returns the proxy that the variables name, for the hosts that are no exception and
/// have no rule of their own.
pub(super) fn proxy(variables: &ProxyVariables, resolver: Resolver) -> Result<Option<Proxy>, HttpError> {
    let Some(address) = address(variables)? else { return Ok(None) };
    let address = by_rule(address, &resolver);
    let exceptions = Exceptions::parse(&variables.exceptions);
    let chosen = move |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        let direct = exceptions.include(host) || resolver.rule(host, PORT).is_some();
        if direct { None } else { Some(address.clone()) }
    };
    Ok(Some(Proxy::custom(chosen)))
}

/// Reads the address of an HTTP proxy, which may lack its scheme.
fn address(variables: &ProxyVariables) -> Result<Option<Url>, HttpError> {
    let Some((name, value)) = &variables.proxy else { return Ok(None) };
    let value = value.expose();
    let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(&whole).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.filter(|_| !value.contains(char::is_whitespace)).map(Some).ok_or(HttpError::Proxy(name))
}

/// Puts the address of a rule in place of a proxy's name: the client tells its resolver no
/// port. Over TLS the name stays, and a rule of port 443 holds.
fn by_rule(mut proxy: Url, resolver: &Resolver) -> Url {
    let rule = |proxy: &Url| resolver.rule(proxy.host_str()?, proxy.port_or_known_default()?);
    if let Some(address) = rule(&proxy).filter(|_| proxy.scheme() == "http") {
        // Both fail only where a URL has no host.
        let _ = (proxy.set_ip_host(address.ip()), proxy.set_port(Some(address.port())));
    }
    proxy
}

/// Hosts to reach without a proxy.
struct Exceptions(Vec<String>);

impl Exceptions {
    fn parse(text: &str) -> Self {
        let entries = text.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
        Self(entries.map(str::to_ascii_lowercase).collect())
    }

    /// Returns whether a host is an exception. As with curl, a name stands for itself and
    /// what is under it, with or without a dot in front, and `*` for all.
    fn include(&self, host: &str) -> bool {
        self.0.iter().any(|entry| {
            let name = entry.strip_prefix('*').unwrap_or(entry);
            let name = name.strip_prefix('.').unwrap_or(name);
            entry == "*" || host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::proxy_variables::EXCEPTIONS;

    fn variables(given: &[(&str, &str)]) -> ProxyVariables {
        ProxyVariables::read(|name| given.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    fn proxy(given: &[(&str, &str)], host: &str) -> Option<String> {
        let variables = variables(given);
        let address = address(&variables).unwrap()?;
        let direct = Exceptions::parse(&variables.exceptions).include(host);
        let port = address.port_or_known_default().unwrap();
        (!direct).then(|| format!("{}:{port}", address.host_str().unwrap()))
    }

    #[test]
    fn the_most_specific_variable_names_the_proxy() {
        let all = [
            ("https_proxy", "http://a.example:1"),
            ("HTTPS_PROXY", "http://b.example:2"),
            ("all_proxy", "c.example:3"),
            ("ALL_PROXY", "https://d.example:4"),
        ];
        for (from, expected) in ["a.example:1", "b.example:2", "c.example:3", "d.example:4"].iter().enumerate() {
            assert_eq!(proxy(&all[from..], "nx.example").as_deref(), Some(*expected));
        }
        assert_eq!(proxy(&[("HTTP_PROXY", "http://a.example:1")], "nx.example"), None);
        assert_eq!(proxy(&[("https_proxy", ""), ("ALL_PROXY", "d.example:4")], "nx.example").unwrap(), "d.example:4");
    }

    #[test]
    fn exceptions_are_reached_directly() {
        for (exceptions, host, direct) in [
            ("nx.example", "nx.example", true),
            ("nx.example", "a.nx.example", true),
            (".nx.example", "a.nx.example", true),
            ("*.nx.example", "a.nx.example", true),
            ("NX.Example", "nx.example", true),
            ("other.example, nx.example", "nx.example", true),
            ("other.example nx.example", "nx.example", true),
            ("*", "nx.example", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("nx.example", "notnx.example", false),
            ("a.nx.example", "nx.example", false),
            ("", "nx.example", false),
            (",,", "nx.example", false),
        ] {
            for name in EXCEPTIONS {
                let found = proxy(&[("https_proxy", "http://proxy.example"), (name, exceptions)], host);
                assert_eq!(found.is_none(), direct, "{exceptions} {host}");
            }
        }
    }

    #[test]
    fn a_variable_that_is_no_http_proxy_is_refused_without_its_value() {
        for value in ["socks5://name:secret@proxy.example", "ftp://secret", "http://", "http://a b", "http:// secret"] {
            let variables = variables(&[("ALL_PROXY", value)]);
            let error = address(&variables).unwrap_err();
            assert!(matches!(error, HttpError::Proxy("ALL_PROXY")) && !error.to_string().contains("secret"), "{value}");
            assert!(!format!("{variables:?}").contains("secret"));
        }
    }
}
