//! The keys of the fields.

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The name of the tenant.
    Instance,
    /// The region that hosts the tenant.
    Region,
    /// The OAuth client id.
    ClientId,
    /// The OAuth client secret.
    ClientSecret,
}

impl Key {
    /// Every field, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Instance, Self::Region, Self::ClientId, Self::ClientSecret];

    /// Returns the key as platforms store it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Region => "region",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
        }
    }

    /// Returns pairs of key and label, in the order of the form.
    pub fn labels() -> [(&'static str, &'static str); 4] {
        Self::ALL.map(|key| (key.name(), key.label()))
    }

    /// Returns the label of the field in the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Instance => "Instance name",
            Self::Region => "Region",
            Self::ClientId => "Client ID",
            Self::ClientSecret => "Client secret",
        }
    }
}

impl From<Key> for &'static str {
    fn from(key: Key) -> Self {
        key.name()
    }
}
