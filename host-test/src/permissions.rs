//! Finding out what credentials may do: one harmless probe for each permission, sent
//! by whoever has a token.

use std::ops::Deref;

use serde::Serialize;

use crate::entries::Entries;
use crate::guard::{Connector, PluginError};
use crate::model::{Connection, Failure, Probe, Request, Response, Standing, Token};
use crate::redact::Redactor;

/// Says of one permission what its probe proved.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Id of the permission, as the definition has it.
    pub permission: String,
    /// What was proved.
    pub standing: Standing,
}

impl Checked {
    /// Says that nothing can be told, and why.
    pub fn unknown(permission: impl Into<String>, detail: &str) -> Self {
        let standing = Standing { state: "unknown".to_owned(), detail: detail.to_owned() };
        Self { permission: permission.into(), standing }
    }
}

/// Checks every permission of a connection, in the order of the definition. `ask` sends
/// the probe of one and returns the answer with the token it was sent with, or why there
/// was no answer: that is no reason to leave out the other permissions.
pub fn check<E: From<PluginError>, T: Deref<Target = Token>>(
    connector: &Connector,
    connection: &Connection,
    entries: &Entries,
    mut ask: impl FnMut(&str, &Request) -> Result<Result<(Response, T), Box<Failure>>, E>,
) -> Result<Vec<Checked>, E> {
    let check = |Probe { permission, request }: Probe| {
        let Some(request) = request else {
            return Ok(Checked::unknown(permission, "No harmless request can tell."));
        };
        Ok(match ask(&permission, &request)? {
            Ok((response, token)) => {
                let standing = connector.standing_of(&permission, &response, entries)?;
                let detail = Redactor::of_token(&token).hide(&standing.detail);
                Checked { permission, standing: Standing { detail, ..standing } }
            }
            Err(failure) => Checked::unknown(permission, &failure.message),
        })
    };
    connector.probes(connection)?.into_iter().map(check).collect()
}
