//! The fields of the form.

use crate::connection::MAX_ADDRESS;
use crate::credentials::MAX_BYTES;
use crate::definition::guide::{CREATE_CREDENTIALS, FIND_INSTANCE};
use crate::key::Key;
use crate::tenant::Region;

/// A field of the form.
#[derive(Debug)]
pub struct Field {
    /// Identity, which determines key and label.
    pub key: Key,
    /// One or two sentences of help.
    pub description: &'static str,
    /// How to show the field.
    pub kind: Kind,
    /// Whether it must be filled in in every case.
    pub required: bool,
    /// A value of the right format. `None` for a secret.
    pub example: Option<&'static str>,
    /// ECMA-262 expression that the whole value matches, white space around it
    /// included.
    pub pattern: &'static str,
    /// Longest value in Unicode scalar values, white space around it not counted.
    /// `None`: the choices bound it.
    pub max_length: Option<u32>,
    /// Id of the guide step that helps to find the value.
    pub guide_step: &'static str,
}

/// A kind of field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// One line of text that nobody else may see.
    Secret,
    /// A choice of [`Region::ALL`].
    Region,
}

impl Kind {
    /// Returns the kind as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Secret => "secret",
            Self::Region => "choice",
        }
    }

    /// Returns the values to choose from; empty unless the kind is a choice.
    pub fn choices(self) -> Vec<Choice> {
        match self {
            Self::Text | Self::Secret => Vec::new(),
            Self::Region => Region::ALL.map(|region| Choice { value: region.code(), label: region.label() }).into(),
        }
    }
}

/// One option of a choice.
#[derive(Debug)]
pub struct Choice {
    /// Value to store.
    pub value: &'static str,
    /// Label to show.
    pub label: &'static str,
}

// The patterns are valid with and without the flags `u` and `v`, so in scripts,
// JSON Schema and HTML forms alike: hence `\-` and `\/` inside classes, and both
// cases of each letter instead of a flag.

/// White space to trim, as `text::is_blank` defines it.
macro_rules! blank {
    () => {
        r"[\s\u0085]*"
    };
}

/// An instance name, as `tenant::Instance` defines it.
macro_rules! label {
    () => {
        r"(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9\-]{0,55}[A-Za-z0-9])?"
    };
}

/// A region, as `tenant::Region` defines it.
macro_rules! region {
    () => {
        "(?:[Uu][Ss]|[Ee][Uu]|[Pp][Aa][Cc]|[Mm][Ee][Tt][Aa])"
    };
}

/// An instance name, or an address as `tenant::address` parses it.
const INSTANCE: &str = concat!(
    blank!(),
    "(?:",
    label!(),
    r"|(?:[Hh][Tt][Tt][Pp][Ss]:\/\/)?(?![Aa][Gg][Oo][Rr][Aa]\.",
    region!(),
    r"\.)(?:",
    label!(),
    r"(?:-[Ll][Oo][Gg][Ii][Nn]|-[Ee][Nn][Gg][Ii][Nn][Ee]-[0-9]+)?|",
    label!(),
    r"\.(?:[Dd][Aa][Tt][Aa]|[Aa][Pp][Ii]))\.",
    region!(),
    r"\.[Nn][Ee][Xx][Tt][Hh][Ii][Nn][Kk]\.[Cc][Ll][Oo][Uu][Dd]\.?(?::443)?",
    r"(?:[?\/#](?:[^\s\u0000-\u001f\u007f-\u009f\\])*)?)",
    blank!(),
);

const REGION: &str = concat!(blank!(), region!(), "?", blank!());

/// Anything without control characters and colons, as `credentials::ClientId`
/// defines it.
const CLIENT_ID: &str = concat!(
    blank!(),
    r"[^\s:\u0000-\u001f\u007f-\u009f](?:[^:\u0000-\u001f\u007f-\u009f]*[^\s:\u0000-\u001f\u007f-\u009f])?",
    blank!(),
);

/// Anything without control characters, as `credentials::ClientSecret` defines it.
const CLIENT_SECRET: &str = concat!(
    blank!(),
    r"[^\s\u0000-\u001f\u007f-\u009f](?:[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?",
    blank!(),
);

/// The fields, in the order to show them.
pub const FIELDS: [Field; 4] = [
    Field {
        key: Key::Instance,
        description: "The first part of your Nexthink address. You can also paste the whole address; the region is \
             then read from it.",
        kind: Kind::Text,
        required: true,
        example: Some("nxdocs"),
        pattern: INSTANCE,
        max_length: Some(MAX_ADDRESS),
        guide_step: FIND_INSTANCE,
    },
    Field {
        key: Key::Region,
        description: "Where your instance is hosted. Leave it empty when you have pasted the whole address.",
        kind: Kind::Region,
        // A pasted address contains the region.
        required: false,
        example: Some("eu"),
        pattern: REGION,
        max_length: None,
        guide_step: FIND_INSTANCE,
    },
    Field {
        key: Key::ClientId,
        description: "The Client ID of the API credentials. White space around it is left out.",
        kind: Kind::Text,
        required: true,
        example: Some("0k5m2fexampleclientid9x4"),
        pattern: CLIENT_ID,
        max_length: Some(MAX_BYTES),
        guide_step: CREATE_CREDENTIALS,
    },
    Field {
        key: Key::ClientSecret,
        description: "The Secret key of the API credentials, which Nexthink shows only once. White space around it \
             is left out.",
        kind: Kind::Secret,
        required: true,
        example: None,
        pattern: CLIENT_SECRET,
        max_length: Some(MAX_BYTES),
        guide_step: CREATE_CREDENTIALS,
    },
];
