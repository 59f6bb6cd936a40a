//! Values that the types do not allow, or that nobody can use.

use wit_component::StringEncoding;

use super::Case;
use crate::{Behaviour, TestComponent};

// Offsets in values as the canonical ABI lays them out.
/// The text of `connection.label`; its length follows.
const LABEL: u32 = 12;
/// The length of `connection.notes`.
const NOTES_LENGTH: u32 = 40;
/// The length of `definition.fields`.
const FIELDS_LENGTH: u32 = 84;
/// The case of `failure.hint`.
const HINT: u32 = 32;
/// The case of a step.
const STEP: u32 = 4;

fn provider() -> TestComponent {
    TestComponent::provider()
}

/// Overwrites a part of a value.
fn patched(component: &TestComponent, function: &str, path: &[u32], bytes: &[u8]) -> TestComponent {
    component.clone().behaving(function, Behaviour::Patch { path: path.into(), bytes: bytes.into() })
}

pub(super) fn cases() -> Vec<Case> {
    [unreadable(), broken()].into_iter().flatten().collect()
}

fn unreadable() -> Vec<Case> {
    let step = TestComponent::connector().with_step();
    let patch = |name, function, path: &[u32], bytes: &[u8]| {
        Case::unreadable(name, &patched(&provider(), function, path, bytes), function)
    };
    let long = |length: u32| length.to_le_bytes();
    // The first text, of four code units then, is no longer than the memory behind it.
    let utf16 = patched(&provider().encoded_as(StringEncoding::UTF16), "describe", &[0, 0], &[0x00, 0xd8, 0x61, 0x00]);
    let shared = provider().behaving("resolve", Behaviour::SharedNotes(7_000_000));
    let outside = provider().behaving("resolve", Behaviour::Address(0xffff_fffc));
    vec![
        Case::unreadable("the same memory returned many times", &shared, "resolve"),
        patch("10 million list elements", "resolve", &[NOTES_LENGTH], &long(10_000_000)),
        patch("4 billion list elements", "resolve", &[NOTES_LENGTH], &long(u32::MAX)),
        patch("invalid UTF-8", "resolve", &[LABEL, 2], &[0xff, 0xfe]),
        patch("UTF-8 that breaks off", "resolve", &[LABEL, 2], &[0xe2, 0x82]),
        patch("a lone surrogate in UTF-8", "resolve", &[LABEL, 1], &[0xed, 0xa0, 0x80]),
        Case::unreadable("a lone surrogate in UTF-16", &utf16, "describe"),
        patch("a result that is neither", "resolve", &[0], &[2]),
        patch("an option that is neither", "token-response", &[HINT], &[7]),
        Case::unreadable("a step that is none", &patched(&step, "start", &[STEP], &[9]), "start"),
        Case::unreadable("a value outside of memory", &outside, "resolve"),
        patch("a definition that claims 200,000 fields", "describe", &[FIELDS_LENGTH], &long(200_000)),
    ]
}

fn broken() -> Vec<Case> {
    let fields = |count| provider().behaving("describe", Behaviour::RepeatField(count));
    let many =
        |name, count| Case::broken(name, &fields(count), "describe", "`fields` has more than 200 items", "definition");
    let case = |name, component, function, what| Case::broken(name, &component, function, what, "answers");
    let lifetime = |name, seconds: u32| {
        let component = provider().with("/token/refresh_after", seconds);
        case(name, component, "token-response", "`refresh-after` is not less than `expires-in`")
    };
    let label = provider().behaving("resolve", Behaviour::LongLabel(7_000_000));
    let nul = patched(&provider(), "resolve", &[LABEL, 2], b"\0d");
    let state = TestComponent::connector().with_step().behaving("start", Behaviour::LongState(4 << 20));
    vec![
        case("one huge text", label, "resolve", "`label` is longer than 4096 bytes"),
        case("an embedded NUL", nul, "resolve", "`label` contains control characters"),
        many("a definition with 201 fields", 201),
        many("a definition with 20,000 fields", 20_000),
        Case::greedy("a definition with 200,000 fields", &fields(200_000), "describe"),
        lifetime("`refresh-after` above `expires-in`", 901),
        lifetime("`refresh-after` as long as `expires-in`", 900),
        case("a state of 4 MiB", state, "start", "`send.state` is longer than 1048576 bytes"),
    ]
}
