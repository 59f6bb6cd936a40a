//! Values that the types do not allow, or that nobody can use.

use wit_component::StringEncoding;

use super::Case;
use crate::{Behaviour, TestComponent};

const UNREADABLE: &str = "the connector returned a value that cannot be read in `resolve`";
const LIFETIME: &str = "what the connector returned from `token-response` breaks the contract: `refresh-after` is not \
                        less than `expires-in`";
const FIELDS: &str =
    "what the connector returned from `describe` breaks the contract: `fields` has more than 200 items";

// Offsets in values as the canonical ABI lays them out.
/// The text of `connection.label`; its length follows.
const LABEL: u32 = 12;
/// The length of `connection.notes`.
const NOTES_LENGTH: u32 = 48;
/// The length of `definition.fields`.
const FIELDS_LENGTH: u32 = 76;
/// The case of `failure.hint`.
const HINT: u32 = 28;
/// The case of a step.
const STEP: u32 = 4;

fn provider() -> TestComponent {
    TestComponent::provider()
}

/// Overwrites a part of a value.
fn patched(component: &TestComponent, function: &str, path: &[u32], bytes: &[u8]) -> TestComponent {
    component.clone().behaving(function, Behaviour::Patch { path: path.into(), bytes: bytes.into() })
}

/// Gives the connection the label `Made` with other bytes behind its first two.
fn labelled(bytes: [u8; 2]) -> TestComponent {
    patched(&provider(), "resolve", &[LABEL, 2], &bytes)
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let case = |name, component: TestComponent, message, rule| Case {
        name,
        component: component.build(),
        code: "connector-bad-output",
        message,
        rule,
    };
    let long = |length: u32| length.to_le_bytes();
    let step = TestComponent::connector().with_step();
    vec![
        case(
            "one huge text",
            provider().behaving("resolve", Behaviour::LongLabel(7_000_000)),
            "what the connector returned from `resolve` breaks the contract: `label` is longer than 4096 bytes",
            "answers",
        ),
        case(
            "the same memory returned many times",
            provider().behaving("resolve", Behaviour::SharedNotes(7_000_000)),
            UNREADABLE,
            "answers",
        ),
        case(
            "10 million list elements",
            patched(&provider(), "resolve", &[NOTES_LENGTH], &long(10_000_000)),
            UNREADABLE,
            "answers",
        ),
        case(
            "4 billion list elements",
            patched(&provider(), "resolve", &[NOTES_LENGTH], &long(u32::MAX)),
            UNREADABLE,
            "answers",
        ),
        case("invalid UTF-8", labelled([0xff, 0xfe]), UNREADABLE, "answers"),
        case("UTF-8 that breaks off", labelled([0xe2, 0x82]), UNREADABLE, "answers"),
        case(
            "a lone surrogate in UTF-8",
            patched(&provider(), "resolve", &[LABEL, 1], &[0xed, 0xa0, 0x80]),
            UNREADABLE,
            "answers",
        ),
        case(
            "a lone surrogate in UTF-16",
            // The first text, of four code units now, is no longer than the memory behind it.
            patched(&provider().encoded_as(StringEncoding::UTF16), "describe", &[0, 0], &[0x00, 0xd8, 0x61, 0x00]),
            "the connector returned a value that cannot be read in `describe`",
            "answers",
        ),
        case(
            "an embedded NUL",
            labelled([b'\0', b'd']),
            "what the connector returned from `resolve` breaks the contract: `label` contains control characters",
            "answers",
        ),
        case("a result that is neither", patched(&provider(), "resolve", &[0], &[2]), UNREADABLE, "answers"),
        case(
            "an option that is neither",
            patched(&provider(), "token-response", &[HINT], &[7]),
            "the connector returned a value that cannot be read in `token-response`",
            "answers",
        ),
        case(
            "a step that is none",
            patched(&step, "start", &[STEP], &[9]),
            "the connector returned a value that cannot be read in `start`",
            "answers",
        ),
        case(
            "a value outside of memory",
            provider().behaving("resolve", Behaviour::Address(0xffff_fffc)),
            UNREADABLE,
            "answers",
        ),
        case(
            "a definition with 201 fields",
            provider().behaving("describe", Behaviour::RepeatField(201)),
            FIELDS,
            "definition",
        ),
        case(
            "a definition with 20,000 fields",
            provider().behaving("describe", Behaviour::RepeatField(20_000)),
            FIELDS,
            "definition",
        ),
        case(
            "a definition that claims 200,000 fields",
            patched(&provider(), "describe", &[FIELDS_LENGTH], &long(200_000)),
            "the connector returned a value that cannot be read in `describe`",
            "answers",
        ),
        case("`refresh-after` above `expires-in`", provider().with("/token/refresh_after", 901), LIFETIME, "answers"),
        case(
            "`refresh-after` as long as `expires-in`",
            provider().with("/token/refresh_after", 900),
            LIFETIME,
            "answers",
        ),
        case(
            "a state of 4 MiB",
            step.behaving("start", Behaviour::LongState(4 << 20)),
            "what the connector returned from `start` breaks the contract: `send.state` is longer than 1048576 bytes",
            "answers",
        ),
        Case {
            code: "connector-out-of-memory",
            ..case(
                "a definition with 200,000 fields",
                provider().behaving("describe", Behaviour::RepeatField(200_000)),
                "the connector wanted more memory than 8388608 bytes in `describe`",
                "limits",
            )
        },
    ]
}
