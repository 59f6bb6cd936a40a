//! The formats of identifiers and texts that several operations take.

use crate::operations::schema::{Map, Rule, Text};

/// Id of a saved query (Nexthink: NQL API, `^#[a-z0-9_]{2,255}$` and at most 255
/// characters). The `#` may be omitted here.
pub static QUERY_ID: Text = Text {
    pattern: "^#?[a-z0-9_]{2,254}$",
    accepts: |text| {
        let name = text.strip_prefix('#').unwrap_or(text);
        (2..=254).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    },
    min: 2,
    max: 255,
    format: "",
    example: "#devices_overview",
    noun: "the id of a saved query",
    hint: "An id is written in lower-case letters, digits and underscores, such as #devices_overview; find it under \
           Administration, NQL API queries. Query text cannot be sent.",
};

/// NQL id of a remote action, workflow or campaign. The `#` may be omitted. The
/// characters are not documented (confidence D); all that are accepted are safe in
/// a URL.
pub static NQL_ID: Text = Text {
    pattern: "^#?[A-Za-z0-9_.-]{1,254}$",
    accepts: |text| {
        let name = text.strip_prefix('#').unwrap_or(text);
        name.len() <= 254 && is_word(name)
    },
    min: 1,
    max: 255,
    format: "",
    example: "#restart_service",
    noun: "an NQL id",
    hint: "Copy the NQL ID from its page in Nexthink, such as #restart_service.",
};

/// Returns an id with its leading `#`.
pub fn with_hash(id: &str) -> String {
    if id.starts_with('#') { id.to_owned() } else { format!("#{id}") }
}

/// Returns an id as part of a query string, where a raw `#` would end it. The rest
/// of an id needs no encoding.
pub fn in_query(id: &str) -> String {
    format!("%23{}", id.strip_prefix('#').unwrap_or(id))
}

/// Id of an export. Only that it is text is documented; what is accepted here
/// cannot leave its segment of the path.
pub static EXPORT_ID: Text = Text {
    pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}$",
    accepts: |text| text.len() <= 255 && !text.starts_with('.') && is_word(text),
    min: 1,
    max: 255,
    format: "",
    example: "5f0c6a1e-9a54-4c3e-8d1f-7f3a00010002",
    noun: "the id of an export",
    hint: "Take the exportId that starting the export returned.",
};

/// Returns whether a string is not empty and consists of characters that are safe
/// in a URL.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// UUID (RFC 9562 §4).
pub static UUID: Text = Text {
    pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    accepts: |text| {
        text.len() == 36
            && text.bytes().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
    },
    min: 0,
    max: 36,
    format: "uuid",
    example: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001",
    noun: "a UUID",
    hint: "It has 32 hexadecimal digits in five groups.",
};

/// Id of a Collector, for remote actions, whose documentation does not give the
/// format.
pub static COLLECTOR_ID: Text = Text {
    example: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001",
    noun: "the id of a Collector",
    hint: "Take device.collector.uid, not device.uid.",
    ..printable(1, 64)
};

/// Security identifier (Nexthink: Campaigns API, Workflows API,
/// `^S(-\d+){2,10}$`).
pub static SID: Text = Text {
    pattern: r"^S(-[0-9]+){2,10}$",
    accepts: is_sid,
    min: 0,
    max: 184,
    format: "",
    example: "S-1-5-21-1004336348-1177238915-682003330-512",
    noun: "a SID",
    hint: "It looks like S-1-5-21-1004336348-1177238915-682003330-512.",
};

/// Security identifier, or `0` (Nexthink: Workflows API v1).
pub static SID_OR_ZERO: Text =
    Text { pattern: r"^(S(-[0-9]+){2,10}|0)$", accepts: |text| text == "0" || is_sid(text), ..SID };

fn is_sid(text: &str) -> bool {
    let Some(parts) = text.strip_prefix("S-") else { return false };
    (2..=10).contains(&parts.split('-').count())
        && parts.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// User principal name, in a format that fits into a header.
pub static UPN: Text = Text {
    pattern: "^[!-?A-~]+@[!-?A-~]+$",
    accepts: |text| {
        let graphic = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
        text.split_once('@').is_some_and(|(name, domain)| graphic(name) && graphic(domain) && !domain.contains('@'))
    },
    min: 0,
    max: 254,
    format: "email",
    example: "ada@example.com",
    noun: "a user principal name",
    hint: "It looks like an e-mail address, such as ada@example.com.",
};

/// Name of a parameter of a query; a leading `$` is dropped.
pub static PARAMETER_NAME: Text = Text {
    pattern: r"^\$?[A-Za-z0-9_.-]{1,255}$",
    accepts: |text| {
        let name = text.strip_prefix('$').unwrap_or(text);
        name.len() <= 255 && is_word(name)
    },
    min: 1,
    max: 256,
    format: "",
    example: "device_name",
    noun: "the name of a parameter",
    hint: "Write it as the query declares it, without $.",
};

/// Id of an input of a remote action, or of a parameter of a workflow or campaign.
pub static PARAMETER_ID: Text = Text {
    pattern: "^[A-Za-z0-9_.-]{1,255}$",
    accepts: |text| text.len() <= 255 && is_word(text),
    max: 255,
    hint: "Write it as its page in Nexthink does.",
    example: "service_name",
    noun: "the id of a parameter",
    ..PARAMETER_NAME
};

/// Value of a `Source` or `Timezone` header.
pub static HEADER_VALUE: Text = Text {
    pattern: "^[!-~]([ -~]{0,254}[!-~])?$",
    accepts: |text| {
        text.len() <= 256
            && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
            && !text.is_empty()
            && text.trim() == text
    },
    min: 1,
    max: 256,
    format: "",
    example: "",
    noun: "text that a header can carry",
    hint: "Use ASCII letters, digits, spaces and punctuation.",
};

/// Bytes in base64 (RFC 4648 §4).
pub static BASE64: Text = Text {
    pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    accepts: |text| {
        let digits = text.trim_end_matches('=');
        text.len().is_multiple_of(4)
            && text.len() - digits.len() <= 2
            && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b))
    },
    min: 1,
    max: 8 << 20,
    format: "",
    example: "aGVsbG8=",
    noun: "base64",
    hint: "Encode the bytes of the file with padding and without line breaks.",
};

/// A short text that is not empty.
pub static LINE: Text = printable(1, 255);
/// A text that may be empty.
pub static VALUE: Text = printable(0, 4096);
/// A text that is not empty.
pub static NON_EMPTY_VALUE: Text = printable(1, 4096);
/// A few sentences.
pub static REASON: Text = printable(0, 500);
/// A message to a person.
pub static MESSAGE: Text = printable(1, 100_000);

/// Defines a text without control characters other than tab and line breaks.
const fn printable(min: usize, max: usize) -> Text {
    Text {
        pattern: r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        accepts: |text| text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')),
        min,
        max,
        format: "",
        example: "",
        noun: "text without control characters",
        hint: "Remove what cannot be seen.",
    }
}

/// Values by the ids of inputs or parameters. No maximum is documented; a hundred
/// is more than anyone has seen.
pub static VALUES: Map = Map { names: &PARAMETER_ID, values: Rule::Text(&VALUE), max: 100 };

/// Values by the names of parameters of a query.
pub static PARAMETERS: Map = Map { names: &PARAMETER_NAME, values: Rule::Text(&VALUE), max: 100 };

/// Name of a field to write (Nexthink: Enrichment API): such as `device/device/…`,
/// with `#` for custom fields.
pub static FIELD_NAME: Text = Text {
    pattern: "^(device|user|binary|package)(/#?[A-Za-z0-9_]+)+$",
    accepts: |text| {
        let mut parts = text.split('/');
        let object = parts.next().is_some_and(|part| ["device", "user", "binary", "package"].contains(&part));
        let name = |part: &str| {
            let name = part.strip_prefix('#').unwrap_or(part);
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        object && text.contains('/') && parts.all(name)
    },
    min: 0,
    max: 255,
    format: "",
    example: "device/device/#cost_centre",
    noun: "the name of a field",
    hint: "It looks like device/device/#cost_centre or user/user/ad/department.",
};
