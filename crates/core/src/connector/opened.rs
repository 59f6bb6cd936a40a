//! A connection whose entries were accepted.

use crate::entries::Entries;
use crate::granted::GrantedToken;
use crate::records::{Connection, Exchange, Operation};
use crate::redact::Redactor;
use crate::secret::Secret;

/// A connection whose entries were accepted, with what is needed again and again: its
/// secrets in every encoded form, and what authorizes its requests where nothing is
/// exchanged.
pub struct Opened {
    pub(super) entries: Entries,
    pub(super) connection: Connection,
    pub(super) prepared: Prepared,
    pub(super) redactor: Redactor,
}

/// What a connection needs apart from its entries, found out when it is opened.
pub(super) enum Prepared {
    /// A token request that was built and passed the guard.
    Exchange(Exchange),
    /// The headers of every request: the entries authorize it.
    Headers(Vec<(String, Secret)>),
    /// Nothing: a person signs in first, or the API is not called.
    Nothing,
}

impl Opened {
    /// Returns the resolved connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the entries it was opened with.
    pub fn entries(&self) -> &Entries {
        &self.entries
    }

    /// Returns the token request as it was built to try the entries: to show, not to send
    /// (its [`Context`](crate::records::Context) is that of a rehearsal). None: the entries
    /// alone get no token.
    pub fn rehearsed(&self) -> Option<&Exchange> {
        if let Prepared::Exchange(exchange) = &self.prepared { Some(exchange) } else { None }
    }

    /// Returns the headers with which the entries authorize a request; none where a token does.
    pub(super) fn headers(&self) -> &[(String, Secret)] {
        if let Prepared::Headers(headers) = &self.prepared { headers } else { &[] }
    }

    /// Returns the redactor of its secret entries.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Returns the redactor of its secret entries and those of a token.
    pub fn redactor_with<'a>(&'a self, token: Option<&'a GrantedToken>) -> &'a Redactor {
        token.map_or(&self.redactor, |token| token.redactor(&self.redactor))
    }
}

/// What every call of an operation takes.
#[derive(Clone, Copy)]
pub struct OperationCall<'a> {
    /// The connection.
    pub opened: &'a Opened,
    /// The token in use, which must not come back. None: there is none.
    pub token: Option<&'a GrantedToken>,
    /// The operation.
    pub operation: &'a Operation,
    /// Its input, JSON.
    pub input: &'a str,
}

impl OperationCall<'_> {
    pub(super) fn redactor(&self) -> &Redactor {
        self.opened.redactor_with(self.token)
    }
}
