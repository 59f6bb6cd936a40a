//! Host names of a tenant.

/// One of the two hosts of a tenant, with the name of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Site {
    /// The host of the token endpoint.
    Login(String),
    /// The host of the API.
    Api(String),
}

impl Site {
    /// Reads a host name in lower case without a port; `None` when it is not one of the region.
    pub(crate) fn of(host: &str, region: &str) -> Option<Self> {
        let name = host.strip_suffix(".nexthink.cloud")?.strip_suffix(region)?.strip_suffix('.')?;
        if let Some(instance) = name.strip_suffix(".api") {
            return is_label(instance).then(|| Self::Api(instance.to_owned()));
        }
        let instance = name.strip_suffix("-login")?;
        is_label(instance).then(|| Self::Login(instance.to_owned()))
    }

    pub(crate) fn instance(&self) -> &str {
        match self {
            Self::Login(instance) | Self::Api(instance) => instance,
        }
    }
}

/// Returns whether a text is a DNS label in lower case (RFC 1123, section 2.1).
pub(crate) fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn a_site_is_an_instance_with_one_of_two_suffixes() {
        let of = |host| Site::of(host, "eu");
        assert_eq!(of("acme-login.eu.nexthink.cloud"), Some(Site::Login("acme".to_owned())));
        assert_eq!(of("acme.api.eu.nexthink.cloud"), Some(Site::Api("acme".to_owned())));
        for host in [
            "acme.eu.nexthink.cloud",
            "acme.api.us.nexthink.cloud",
            "acme.api.eu.nexthink.cloud.evil.example",
            ".api.eu.nexthink.cloud",
            "a.b.api.eu.nexthink.cloud",
            "a.b-login.eu.nexthink.cloud",
            "acme.apieu.nexthink.cloud",
            "localhost",
            "",
        ] {
            assert_eq!(of(host), None, "{host}");
        }
    }
}
