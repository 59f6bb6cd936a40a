//! Permissions of API credentials.

use serde::Deserialize;

/// A permission that an administrator grants to API credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Triggering and listing remote actions.
    RemoteActions,
    /// Writing fields of inventory objects.
    Enrichment,
    /// Deleting devices.
    DataManagement,
    /// Triggering and listing workflows.
    Workflows,
    /// Triggering campaigns.
    Campaigns,
    /// Running and exporting saved queries.
    Nql,
    /// Handing chats over to Spark.
    Spark,
}

impl Permission {
    /// All seven, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::RemoteActions,
        Self::Enrichment,
        Self::DataManagement,
        Self::Workflows,
        Self::Campaigns,
        Self::Nql,
        Self::Spark,
    ];

    /// Returns the id used in the configuration.
    pub fn id(self) -> &'static str {
        match self {
            Self::RemoteActions => "remote-actions",
            Self::Enrichment => "enrichment",
            Self::DataManagement => "data-management",
            Self::Workflows => "workflows",
            Self::Campaigns => "campaigns",
            Self::Nql => "nql",
            Self::Spark => "spark",
        }
    }

    /// Returns the permission with an id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn every_permission_has_the_id_of_its_name_in_files() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_id(permission.id()), Some(permission));
            let read: Permission = serde_json::from_str(&format!("{:?}", permission.id())).unwrap();
            assert_eq!(read, permission);
        }
    }
}
