//! Rules that give a host an address without a lookup.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;
use url::Host;

/// The address to reach one host and port at.
///
/// It is written `HOST:PORT:ADDRESS[:PORT2]` as `--resolve` of curl, which lacks
/// the last part: with it the connection goes to another port, so that
/// `https://HOST/` reaches a server that may not listen at 443. IPv6 addresses
/// stand in brackets, `HOST` included. Of curl's forms `*`, a leading `+` or `-`
/// and several addresses are left out.
///
/// Only the address changes: the `Host` header and the name that the certificate
/// must have stay those of the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveRule {
    host: String,
    port: u16,
    address: SocketAddr,
}

/// What is wrong with the text of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ResolveRuleError {
    /// A part is missing or one is too many.
    #[error("a rule is written HOST:PORT:ADDRESS or HOST:PORT:ADDRESS:PORT, IPv6 addresses in brackets")]
    Form,
    /// The first part is no host.
    #[error("the first part of a rule is one host name, without wildcards")]
    Host,
    /// A port is no port.
    #[error("a port in a rule is a number from 1 to 65535")]
    Port,
    /// The third part is no address.
    #[error("the third part of a rule is an IP address, IPv6 in brackets")]
    Address,
}

impl ResolveRule {
    /// Returns where to connect to, if the rule is about this host, spelled as in
    /// a URL, and port.
    ///
    /// # Examples
    ///
    /// ```
    /// let rule: connector_host::ResolveRule = "api.example:443:127.0.0.1:8443".parse()?;
    /// assert_eq!(rule.address("api.example", 443), Some(([127, 0, 0, 1], 8443).into()));
    /// assert_eq!(rule.address("other.example", 443), None);
    /// # Ok::<_, connector_host::ResolveRuleError>(())
    /// ```
    pub fn address(&self, host: &str, port: u16) -> Option<SocketAddr> {
        (self.port == port && self.host.eq_ignore_ascii_case(host)).then_some(self.address)
    }
}

impl FromStr for ResolveRule {
    type Err = ResolveRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, rest) = part(text)?;
        let (given_port, rest) = part(rest.ok_or(ResolveRuleError::Form)?)?;
        let (address, rest) = part(rest.ok_or(ResolveRuleError::Form)?)?;
        let host = host(first)?;
        let given_port = port(given_port)?;
        let address = self::address(address)?;
        let to = rest.map_or(Ok(given_port), port)?;
        Ok(Self { host, port: given_port, address: SocketAddr::new(address, to) })
    }
}

/// Takes the text up to the next colon outside brackets, and what follows it.
fn part(text: &str) -> Result<(&str, Option<&str>), ResolveRuleError> {
    let end = match text.strip_prefix('[') {
        Some(inside) => inside.find(']').ok_or(ResolveRuleError::Form)? + 2,
        None => text.find(':').unwrap_or(text.len()),
    };
    match &text[end..] {
        "" => Ok((text, None)),
        rest => Ok((&text[..end], Some(rest.strip_prefix(':').ok_or(ResolveRuleError::Form)?))),
    }
}

/// Spells a host as URLs do.
fn host(text: &str) -> Result<String, ResolveRuleError> {
    let name = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let plain = text.starts_with('[') || (text.bytes().all(name) && !text.starts_with('-'));
    match Host::parse(text) {
        Ok(host) if plain => Ok(host.to_string()),
        _ => Err(ResolveRuleError::Host),
    }
}

fn port(text: &str) -> Result<u16, ResolveRuleError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(port @ 1..) if digits => Ok(port),
        _ => Err(ResolveRuleError::Port),
    }
}

fn address(text: &str) -> Result<IpAddr, ResolveRuleError> {
    let address = match text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
        Some(inside) => inside.parse::<Ipv6Addr>().map(IpAddr::V6),
        None => text.parse().map(IpAddr::V4),
    };
    address.map_err(|_| ResolveRuleError::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_leads_its_host_and_port_to_the_address() {
        for (text, host, port, address) in [
            ("nx.example:443:127.0.0.1", "nx.example", 443, "127.0.0.1:443"),
            ("nx.example:443:127.0.0.1:8443", "nx.example", 443, "127.0.0.1:8443"),
            ("NX.Example:443:127.0.0.1", "nx.example", 443, "127.0.0.1:443"),
            ("nx.example:443:[::1]", "nx.example", 443, "[::1]:443"),
            ("nx.example:443:[::1]:8443", "nx.example", 443, "[::1]:8443"),
            ("10.0.0.1:443:127.0.0.1", "10.0.0.1", 443, "127.0.0.1:443"),
            ("[0:0::1]:443:127.0.0.1:1", "[::1]", 443, "127.0.0.1:1"),
        ] {
            let rule: ResolveRule = text.parse().unwrap();
            assert_eq!(rule.address(host, port), Some(address.parse().unwrap()), "{text}");
            assert_eq!(rule.address(host, port + 1), None, "{text}");
            assert_eq!(rule.address("other.example", port), None, "{text}");
        }
    }

    #[test]
    fn a_rule_of_another_form_is_refused_in_one_sentence() {
        use ResolveRuleError::{Address, Form, Host, Port};
        for (text, error) in [
            ("", Form),
            ("nx.example", Form),
            ("nx.example:443", Form),
            ("nx.example:443:127.0.0.1:1:2", Port),
            ("[::1:443:127.0.0.1", Form),
            ("[::1]443:127.0.0.1", Form),
            ("nx.example:443:[::1", Form),
            (":443:127.0.0.1", Host),
            ("*:443:127.0.0.1", Host),
            ("+nx.example:443:127.0.0.1", Host),
            ("-nx.example:443:127.0.0.1", Host),
            ("https://nx.example:443:127.0.0.1", Port),
            ("nx example:443:127.0.0.1", Host),
            ("nx.example::127.0.0.1", Port),
            ("nx.example:0:127.0.0.1", Port),
            ("nx.example:+443:127.0.0.1", Port),
            ("nx.example:65536:127.0.0.1", Port),
            ("nx.example:443:127.0.0.1:", Port),
            ("nx.example:443:", Address),
            ("nx.example:443:::1", Address),
            ("nx.example:443:localhost", Address),
            ("nx.example:443:[127.0.0.1]", Address),
            ("nx.example:443:127.0.0.1,127.0.0.2", Address),
        ] {
            assert_eq!(text.parse::<ResolveRule>(), Err(error), "{text}");
        }
    }
}
