//! The fields of the form.

use connector_kit::definition::{Field, FieldKind};

use crate::connection::MAX_ADDRESS;
use crate::credentials::MAX_BYTES;
use crate::definition::guide::{CREATE_CREDENTIALS, FIND_INSTANCE};
use crate::key::Key;
use crate::tenant::Region;

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
        key: Key::Instance.name(),
        label: Key::Instance.label(),
        description: "The first part of your Nexthink address. You can also paste the whole address; the region is \
             then read from it.",
        kind: FieldKind::Text,
        required: true,
        example: Some("nxdocs"),
        pattern: Some(INSTANCE),
        max_length: Some(MAX_ADDRESS),
        guide_step: Some(FIND_INSTANCE),
    },
    Field {
        key: Key::Region.name(),
        label: Key::Region.label(),
        description: "Where your instance is hosted. Leave it empty when you have pasted the whole address.",
        kind: FieldKind::Choice(&Region::CHOICES),
        // A pasted address contains the region.
        required: false,
        example: Some("eu"),
        pattern: Some(REGION),
        max_length: None,
        guide_step: Some(FIND_INSTANCE),
    },
    Field {
        key: Key::ClientId.name(),
        label: Key::ClientId.label(),
        description: "The Client ID of the API credentials. White space around it is left out.",
        kind: FieldKind::Text,
        required: true,
        example: Some("0k5m2fexampleclientid9x4"),
        pattern: Some(CLIENT_ID),
        max_length: Some(MAX_BYTES),
        guide_step: Some(CREATE_CREDENTIALS),
    },
    Field {
        key: Key::ClientSecret.name(),
        label: Key::ClientSecret.label(),
        description: "The Secret key of the API credentials, which Nexthink shows only once. White space around it \
             is left out.",
        kind: FieldKind::Secret,
        required: true,
        example: None,
        pattern: Some(CLIENT_SECRET),
        max_length: Some(MAX_BYTES),
        guide_step: Some(CREATE_CREDENTIALS),
    },
];
