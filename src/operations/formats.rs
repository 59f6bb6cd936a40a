//! The formats of identifiers and texts that several operations take.

use std::fmt::Write;

use crate::operations::schema::{Map, Rule, Text};

/// Id of a saved query (Nexthink: NQL API, `^#[a-z0-9_]{2,255}$` and at most 255
/// characters). The `#` may be omitted here.
pub static QUERY_ID: Text = Text {
    pattern: "^#?[a-z0-9_]{2,254}$",
    except: "",
    accepts: |text| {
        let name = text.strip_prefix('#').unwrap_or(text);
        (2..=254).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    },
    min: 2,
    max: Some(255),
    format: "",
    example: "#devices_overview",
    noun: "the id of a saved query",
    hint: "An id is written in lower-case letters, digits and underscores, such as #devices_overview; find it under \
           Administration, NQL API queries. Query text cannot be sent.",
};

/// NQL id of a remote action, workflow or campaign. The `#` may be omitted. The
/// characters are not documented; a UUID, which lists name beside it, would become
/// `#<uuid>` and be unknown.
pub static NQL_ID: Text = Text {
    pattern: r"^#?[^#\u0000-\u001f\u007f-\u009f]+$",
    except: "^#?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    accepts: |text| {
        let name = text.strip_prefix('#').unwrap_or(text);
        !name.is_empty() && !name.contains(|c: char| c == '#' || c.is_control()) && !is_uuid(name)
    },
    min: 1,
    max: Some(255),
    format: "",
    example: "#restart_service",
    noun: "an NQL id",
    hint: "Copy the NQL ID from its page in Nexthink, such as #restart_service; its UUID is no NQL ID.",
};

/// Returns an id with its leading `#`.
pub fn with_hash(id: &str) -> String {
    if id.starts_with('#') { id.to_owned() } else { format!("#{id}") }
}

/// Id of an export: any text (Nexthink: NQL API), which is encoded in the path. A
/// segment of dots would lead elsewhere.
pub static EXPORT_ID: Text = Text {
    pattern: r"^[^\u0000-\u001f\u007f-\u009f]+$",
    except: r"^\.{1,2}$",
    accepts: |text| !text.is_empty() && !text.contains(char::is_control) && text != "." && text != "..",
    min: 1,
    max: Some(1024),
    format: "",
    example: "5f0c6a1e-9a54-4c3e-8d1f-7f3a00010002",
    noun: "the id of an export",
    hint: "Take the exportId that starting the export returned.",
};

/// Encodes a text for a path or a query string: all but the unreserved characters
/// (RFC 3986 §2).
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// UUID (RFC 9562 §4).
pub static UUID: Text = Text {
    pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    except: "",
    accepts: is_uuid,
    min: 0,
    max: Some(36),
    format: "uuid",
    example: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001",
    noun: "a UUID",
    hint: "It has 32 hexadecimal digits in five groups.",
};

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Id of a Collector, for remote actions, whose documentation does not give the
/// format.
pub static COLLECTOR_ID: Text = Text {
    example: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001",
    noun: "the id of a Collector",
    hint: "Take device.collector.uid, not device.uid.",
    ..printable(1, None)
};

/// Security identifier, or `0` (Nexthink: Workflows API, `^S(-\d+){2,10}$|^0$`).
pub static SID: Text = Text {
    pattern: r"^(S(-[0-9]+){2,10}|0)$",
    except: "",
    accepts: |text| text == "0" || is_sid(text),
    min: 0,
    max: Some(184),
    format: "",
    example: "S-1-5-21-1004336348-1177238915-682003330-512",
    noun: "a SID",
    hint: "It looks like S-1-5-21-1004336348-1177238915-682003330-512.",
};

fn is_sid(text: &str) -> bool {
    let Some(parts) = text.strip_prefix("S-") else { return false };
    (2..=10).contains(&parts.split('-').count())
        && parts.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// User principal name, in a format that fits into a header.
pub static UPN: Text = Text {
    pattern: "^[!-?A-~]+@[!-?A-~]+$",
    except: "",
    accepts: |text| {
        let graphic = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
        text.split_once('@').is_some_and(|(name, domain)| graphic(name) && graphic(domain) && !domain.contains('@'))
    },
    min: 0,
    max: Some(1024),
    format: "email",
    example: "ada@example.com",
    noun: "a user principal name",
    hint: "It looks like an e-mail address, such as ada@example.com.",
};

/// User principal name, as version 2 of the Workflows API takes it: one that does not
/// match fails the whole call (Nexthink: Workflows API,
/// `^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$`).
pub static WORKFLOW_UPN: Text = Text {
    pattern: r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$",
    accepts: |text| {
        let every = |part: &str, others: &[u8]| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
        };
        text.split_once('@').is_some_and(|(name, domain)| {
            every(name, b"._%+-")
                && domain.rsplit_once('.').is_some_and(|(domain, top)| {
                    every(domain, b".-") && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic())
                })
        })
    },
    max: None,
    noun: "a user principal name that workflows take",
    hint: "It looks like ada@example.com, in letters, digits and . _ % + - alone. Name other users by SID or UID.",
    ..UPN
};

/// Name of a parameter of a query; a leading `$` is dropped.
pub static PARAMETER_NAME: Text = Text {
    except: r"^\$$",
    accepts: |text| is_printable(text) && text != "$",
    example: "device_name",
    noun: "the name of a parameter",
    hint: "Write it as the query declares it, without $.",
    ..PARAMETER_ID
};

/// Id of an input of a remote action, or of a parameter of a workflow or campaign.
pub static PARAMETER_ID: Text = Text {
    example: "service_name",
    noun: "the id of a parameter",
    hint: "Write it as its page in Nexthink does.",
    ..printable(1, None)
};

/// Value of a `Source` or `Timezone` header.
pub static HEADER_VALUE: Text = Text {
    pattern: "^[!-~]([ -~]*[!-~])?$",
    except: "",
    accepts: |text| text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !text.is_empty() && text.trim() == text,
    min: 1,
    max: Some(1024),
    format: "",
    example: "",
    noun: "text that a header can carry",
    hint: "Use ASCII letters, digits, spaces and punctuation.",
};

/// A text that is not empty.
pub static NON_EMPTY: Text = printable(1, None);
/// A text that is more than white space.
pub static NON_BLANK: Text = Text {
    except: r"^[ \t\n\r]*$",
    accepts: |text| is_printable(text) && !text.trim_matches([' ', '\t', '\n', '\r']).is_empty(),
    noun: "a text that can be seen",
    hint: "Write more than spaces.",
    ..NON_EMPTY
};
/// Any text.
pub static ANY: Text = Text { pattern: "", accepts: |_| true, noun: "a text", hint: "", ..printable(0, None) };
/// A text that may be empty.
pub static VALUE: Text = printable(0, None);
/// A few sentences (Nexthink: Remote Actions API).
pub static REASON: Text = printable(0, Some(500));

/// Defines a text without control characters other than tab and line breaks.
const fn printable(min: usize, max: Option<usize>) -> Text {
    Text {
        pattern: r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        except: "",
        accepts: is_printable,
        min,
        max,
        format: "",
        example: "",
        noun: "text without control characters",
        hint: "Remove what cannot be seen.",
    }
}

fn is_printable(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

/// Most values by name: a million of them would not fit into the memory of a call.
pub const MOST_VALUES: usize = 10_000;

/// Values by the ids of inputs or parameters.
pub static VALUES: Map = Map { names: &PARAMETER_ID, values: Rule::Text(&VALUE), max: MOST_VALUES };

/// Values by the names of parameters of a query.
pub static PARAMETERS: Map = Map { names: &PARAMETER_NAME, values: Rule::Text(&VALUE), max: MOST_VALUES };

/// Name of a field to write (Nexthink: Enrichment API): such as `device/device/…`,
/// with `#` for custom fields. Nexthink answers for each object whose field it does not
/// know.
pub static FIELD_NAME: Text = Text {
    pattern: r"^(device|user|binary|package)(/[^/\u0000-\u001f\u007f-\u009f]+)+$",
    except: "",
    accepts: |text| {
        let mut parts = text.split('/');
        let object = parts.next().is_some_and(|part| ["device", "user", "binary", "package"].contains(&part));
        object && text.contains('/') && parts.all(|part| !part.is_empty() && !part.contains(char::is_control))
    },
    min: 0,
    max: None,
    format: "",
    example: "device/device/#cost_centre",
    noun: "the name of a field",
    hint: "It looks like device/device/#cost_centre or user/user/ad/department.",
};
