//! `resolve`: the hosts that entries resolve to.

use clap::Args;
use connector_core::Error as CoreError;
use serde_json::json;

use crate::entries_option::Set;
use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Resolve {
    #[command(flatten)]
    set: Set,
    #[command(flatten)]
    loading: Loading,
}

impl Resolve {
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.loading.connector()?;
        let entries = connector.entries(self.set.pairs(&connector)?);
        match connector.resolve(&entries) {
            Ok(connection) => {
                if json {
                    show::json(&json!({ "connection": connection }));
                } else {
                    show::connection(&connection);
                    show::item("API", &connection.base_url);
                    show::notes(&connection.notes);
                }
                Ok(Exit::Success)
            }
            Err(CoreError::Refused(problems)) => {
                if json {
                    show::json(&json!({ "problems": problems }));
                } else {
                    show::problems(&problems);
                }
                Ok(Exit::Failed)
            }
            Err(error) => Err(error.into()),
        }
    }
}
