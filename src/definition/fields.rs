//! The form.

use crate::connection::MAX_ADDRESS;
use crate::credentials::MAX_BYTES;
use crate::definition::guide::{CREATE_CREDENTIALS, FIND_INSTANCE};
use crate::key::Key;
use crate::tenant::Region;

/// Describes one thing to ask for.
#[derive(Debug)]
pub struct Field {
    /// Which field; gives key and label.
    pub key: Key,
    /// One or two sentences of help.
    pub description: &'static str,
    /// How to show it.
    pub kind: Kind,
    /// Whether it must be entered in every case.
    pub required: bool,
    /// A value of the right shape. None for a secret.
    pub example: Option<&'static str>,
    /// ECMA-262 expression for the whole value.
    pub pattern: &'static str,
    /// Longest value in Unicode scalar values, white space around it not
    /// counted. None where the choices say it all.
    pub max_length: Option<u32>,
    /// Id of the guide step that helps.
    pub guide_step: &'static str,
}

/// Says how to show a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// One line that nobody else may see.
    Secret,
    /// One of [`Region::ALL`].
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

    /// Returns the values to choose from.
    pub fn choices(self) -> Vec<Choice> {
        match self {
            Self::Text | Self::Secret => Vec::new(),
            Self::Region => Region::ALL.map(|region| Choice { value: region.code(), label: region.label() }).into(),
        }
    }
}

/// Offers one value of a field.
#[derive(Debug)]
pub struct Choice {
    /// What is entered.
    pub value: &'static str,
    /// What a person sees.
    pub label: &'static str,
}

// The patterns are valid with and without the flags `u` and `v`, so in scripts,
// JSON Schema and HTML forms alike: hence `\-` and `\/` inside of classes, and
// both cases of each letter instead of a flag.

/// White space that is left out, as `text::is_blank` has it.
macro_rules! blank {
    () => {
        r"[\s\u0085]*"
    };
}

/// An instance name, as `tenant::Instance` has it.
macro_rules! label {
    () => {
        r"(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9\-]{0,55}[A-Za-z0-9])?"
    };
}

/// A region, as `tenant::Region` has it.
macro_rules! region {
    () => {
        "(?:[Uu][Ss]|[Ee][Uu]|[Pp][Aa][Cc]|[Mm][Ee][Tt][Aa])"
    };
}

/// An instance name, or an address as `tenant::address` reads it.
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
/// has it.
const CLIENT_ID: &str = concat!(
    blank!(),
    r"[^\s:\u0000-\u001f\u007f-\u009f](?:[^:\u0000-\u001f\u007f-\u009f]*[^\s:\u0000-\u001f\u007f-\u009f])?",
    blank!(),
);

/// Anything without control characters, as `credentials::ClientSecret` has it.
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
        // An address as the instance name stands in for it.
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
