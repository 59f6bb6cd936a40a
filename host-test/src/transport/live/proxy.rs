//! Proxies on the way, as the environment names them.

use std::{env, fmt};

use ureq::unversioned::transport::{ConnectProxyConnector, ConnectionDetails, Connector, Transport};
use ureq::{Error, Proxy, ProxyProtocol};

use super::{LiveError, fault};
use crate::model::Secret;
use crate::transport::SendFailure;

/// Variables that name a proxy, the first one that is set and not empty. As with
/// curl, lower case comes first, what is meant for `https` before what is meant
/// for all, and `HTTP_PROXY` is for other URLs.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Variables that name the hosts to reach without one.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// Holds what the environment says about proxies, unread.
#[derive(Clone)]
pub struct ProxyVariables {
    /// The name of the variable and its value, which may hold a password.
    proxy: Option<(&'static str, Secret)>,
    exceptions: String,
}

impl ProxyVariables {
    /// Says that there is no proxy.
    pub fn none() -> Self {
        Self::read(|_| None)
    }

    /// Takes `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower or upper case,
    /// from this process.
    pub fn from_environment() -> Self {
        Self::read(|name| Some(env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// Takes the same variables from elsewhere.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            let set = |name: &'static str| Some((name, variable(name).filter(|value| !value.is_empty())?));
            names.iter().copied().find_map(set)
        };
        Self {
            proxy: first(&PROXY).map(|(name, value)| (name, Secret::new(value))),
            exceptions: first(&EXCEPTIONS).map(|(_, value)| value).unwrap_or_default(),
        }
    }
}

impl fmt::Debug for ProxyVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyVariables")
            .field("proxy", &self.proxy.as_ref().map(|(name, _)| name))
            .field("exceptions", &self.exceptions)
            .finish()
    }
}

/// Says which proxy to take.
pub(super) struct Proxies {
    proxy: Option<Proxy>,
    exceptions: Vec<String>,
}

impl Proxies {
    pub(super) fn parse(variables: &ProxyVariables) -> Result<Self, LiveError> {
        let proxy = variables.proxy.as_ref().map(|(name, value)| {
            Proxy::new(value.expose())
                .ok()
                .filter(|proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https))
                .ok_or(LiveError::Proxy(name))
        });
        let exceptions = variables.exceptions.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
        Ok(Self { proxy: proxy.transpose()?, exceptions: exceptions.map(str::to_ascii_lowercase).collect() })
    }

    /// Returns the proxy on the way to a host, unless it is an exception. As with
    /// curl, a name stands for itself and what lies under it, with or without a dot
    /// in front, and `*` for all.
    pub(super) fn of(&self, host: &str) -> Option<Proxy> {
        let excepted = self.exceptions.iter().any(|entry| {
            let name = entry.strip_prefix('*').unwrap_or(entry);
            let name = name.strip_prefix('.').unwrap_or(name);
            entry == "*" || host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
        if excepted { None } else { self.proxy.clone() }
    }
}

/// Asks the proxy for a connection, and tells its failures from the host's.
#[derive(Debug, Default)]
pub(super) struct ProxyConnector(ConnectProxyConnector);

impl<In: Transport> Connector<In> for ProxyConnector {
    type Out = <ConnectProxyConnector as Connector<In>>::Out;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        self.0.connect(details, chained).map_err(|error| match error {
            Error::Timeout(_) => error,
            // The status is nowhere else.
            Error::ConnectProxyFailed(reason) if reason.starts_with("proxy server responded 407") => {
                fault::wrap(SendFailure::ProxyAuthentication)
            }
            _ => fault::wrap(SendFailure::Proxy),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(given: &[(&str, &str)]) -> ProxyVariables {
        ProxyVariables::read(|name| given.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    fn proxy(given: &[(&str, &str)], host: &str) -> Option<String> {
        Proxies::parse(&variables(given)).unwrap().of(host).map(|proxy| format!("{}:{}", proxy.host(), proxy.port()))
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
            assert_eq!(Proxies::parse(&variables).err(), Some(LiveError::Proxy("ALL_PROXY")), "{value}");
            assert!(!format!("{variables:?}").contains("secret"));
        }
    }
}
