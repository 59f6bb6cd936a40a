//! What the environment says about proxies.

use std::{env, fmt};

use connector_core::Secret;

/// Variables that name a proxy, the first one that is set and not empty. As with
/// curl, lower case comes first, what is meant for `https` before what is meant
/// for all, and `HTTP_PROXY` is for other URLs.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Variables that name the hosts to reach without one.
pub(super) const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// What the environment says about proxies.
#[derive(Clone)]
pub struct ProxyVariables {
    /// The name of the variable and its value, which may hold a password.
    pub(super) proxy: Option<(&'static str, Secret)>,
    pub(super) exceptions: String,
}

impl ProxyVariables {
    /// No proxy.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::{HttpOptions, ProxyVariables};
    ///
    /// let direct = HttpOptions { proxies: ProxyVariables::none(), ..HttpOptions::default() };
    /// ```
    pub fn none() -> Self {
        Self::read(|_| None)
    }

    /// Takes `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower or upper case,
    /// from this process.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::{HttpOptions, ProxyVariables};
    ///
    /// let options = HttpOptions { proxies: ProxyVariables::from_environment(), ..HttpOptions::default() };
    /// ```
    pub fn from_environment() -> Self {
        Self::read(|name| Some(env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// Takes the same variables from elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::ProxyVariables;
    ///
    /// let proxy = |name: &str| (name == "HTTPS_PROXY").then(|| "http://proxy.example:3128".to_owned());
    /// let proxies = ProxyVariables::read(proxy);
    /// ```
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
