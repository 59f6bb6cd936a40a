//! The fields by name.

/// Names the four fields, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Which tenant.
    Instance,
    /// Where it is hosted.
    Region,
    /// Who connects.
    ClientId,
    /// The proof of it.
    ClientSecret,
}

impl Key {
    /// Every field, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Instance, Self::Region, Self::ClientId, Self::ClientSecret];

    /// Returns the key as platforms store it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Region => "region",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
        }
    }

    /// Returns what the form calls the field.
    pub fn label(self) -> &'static str {
        match self {
            Self::Instance => "Instance name",
            Self::Region => "Region",
            Self::ClientId => "Client ID",
            Self::ClientSecret => "Client secret",
        }
    }
}
