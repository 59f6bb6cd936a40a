//! The commit that something was built from.

use crate::error::{Error, printed};

/// The commit that is checked out, with nothing changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full hash.
    pub revision: String,
    /// When it was committed, in UTC, as RFC 3339 writes it.
    pub date: String,
}

impl Commit {
    /// Reads the commit that is checked out.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where there are changes beside it: it would not be what was
    /// built.
    pub fn head() -> Result<Self, Error> {
        let changes = printed("git", &["status", "--porcelain"])?;
        if !changes.is_empty() {
            return Err(Error::Refused(format!(
                "there are changes that are in no commit, so no revision could be named; commit or remove them:\n{changes}"
            )));
        }
        let format = "--date=format-local:%Y-%m-%dT%H:%M:%SZ";
        Ok(Self {
            revision: printed("git", &["rev-parse", "HEAD"])?,
            date: printed("git", &["show", "--no-patch", "--format=%cd", format, "HEAD"])?,
        })
    }
}
