//! Permissions of API credentials.

use clap::ValueEnum;
use serde::Deserialize;

/// A permission that an administrator grants to API credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, ValueEnum)]
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
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::Permission;

    #[test]
    fn a_permission_has_one_name_in_files_and_options() {
        for permission in Permission::ALL {
            let name = permission.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(serde_json::from_value::<Permission>(name.into()).unwrap(), permission);
        }
    }
}
