//! Why a recording is not written.

use std::fmt;

use thiserror::Error;

/// Why nothing was recorded. There is nothing secret in it.
#[derive(Debug, Error)]
pub enum Refused {
    /// Something secret would be found inside of other words.
    #[error("the {0} has less than 8 characters and cannot be told from other text")]
    TooShort(String),
    /// An exchange ended as no recording can say.
    #[error("exchange {0} ended in a way that no recording has a word for")]
    Unrecordable(usize),
    /// A text or a moment does not fit into a HAR file.
    #[error("this cannot be recorded: {0}")]
    Unwritable(&'static str),
    /// Something is left that looks secret, or an e-mail address or a Windows SID.
    #[error("the recording would give away what is secret or personal:{}", listed(.0))]
    Leaks(Vec<Finding>),
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().flat_map(|finding| ["\n  ".to_owned(), finding.to_string()]).collect()
}

/// A place of a finished recording where something looks secret. The text itself is not in
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON Pointer (RFC 6901) to the value; empty for the whole file.
    pub pointer: String,
    /// What it looks like.
    pub leak: Leak,
}

/// What looks secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leak {
    /// Something known to be secret or to identify the tenant, or part of it, in any
    /// encoding.
    Known(String),
    /// A host under a domain of the provider that is none of the connection's.
    OtherHost,
    /// A JSON Web Token.
    Jwt,
    /// A value after `Bearer` or `Basic`, or an authorization without a placeholder.
    Credentials,
    /// A signature in a URL, or an access key.
    Signature,
    /// An e-mail address.
    Email,
    /// A Windows security identifier.
    Sid,
    /// A long run of letters and digits.
    Token,
    /// Compressed data, which cannot be scanned.
    Compressed,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the file" } else { &self.pointer };
        let fewer = "Record a call whose response leaves it out.";
        let nobody = "Record a call about nobody, or about people made up for it.";
        let link = "Record the operation that downloads it: links become placeholders.";
        let known = "Record a call that does not repeat it.";
        let (what, hint) = match &self.leak {
            Leak::Known(what) => (&*format!("the {what}, or part of it, in a form without a placeholder"), known),
            Leak::OtherHost => ("a host of another tenant", fewer),
            Leak::Jwt => ("a JSON Web Token", fewer),
            Leak::Credentials => ("credentials that are no placeholder", fewer),
            Leak::Signature => ("a signed URL or an access key", link),
            Leak::Email => ("an e-mail address", nobody),
            Leak::Sid => ("a Windows SID", nobody),
            Leak::Token => ("a long run of letters and digits", fewer),
            Leak::Compressed => ("compressed data, which cannot be scanned", "Ask for it without compression."),
        };
        write!(f, "{pointer}: {what}. {hint}")
    }
}
