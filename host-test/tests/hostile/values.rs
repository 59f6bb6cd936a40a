//! Answers that the types do not allow, or that nobody can use.

use wit_component::StringEncoding;

use super::Case;
use crate::common::made::Made;

const BAD: &str = "plugin-bad-output";
const UNREADABLE: &str = "the plugin returned a value that cannot be read in `resolve`";

/// Takes all memory that it may have and fills it.
const ALL: &str = "(drop (memory.grow (i32.sub (i32.const 128) (memory.size))))";

/// Changes a word of an answer, then returns it.
fn patched(function: &'static str, global: &str, offset: u32, value: u32) -> Vec<u8> {
    Made::body(
        function,
        &format!("(i32.store offset={offset} (global.get ${global}) (i32.const {value})) (global.get ${global})"),
    )
    .component()
}

/// Returns a definition with so many fields, each the first one; memory grows for them.
fn fields(count: u32) -> Vec<u8> {
    let pages = 16 + (count * 100).div_ceil(65_536);
    // Fields are the tenth of the members that take two words each; a field takes 100
    // bytes.
    let body = format!(
        "(local $i i32) (local $from i32)
        (local.set $from (i32.load offset=72 (global.get $definition)))
        (if (i32.lt_u (memory.size) (i32.const {pages}))
            (then (drop (memory.grow (i32.sub (i32.const {pages}) (memory.size))))))
        (loop $again
            (memory.copy
                (i32.add (global.get $free) (i32.mul (local.get $i) (i32.const 100)))
                (local.get $from) (i32.const 100))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const {count}))))
        (i32.store offset=72 (global.get $definition) (global.get $free))
        (i32.store offset=76 (global.get $definition) (i32.const {count}))
        (global.get $definition)"
    );
    Made::body("describe", &body).component()
}

/// Returns a connection whose label is so long; all of it is in memory.
fn huge_label() -> Vec<u8> {
    let body = format!(
        "{ALL}
        (memory.fill (global.get $free) (i32.const 120) (i32.const 8000000))
        (i32.store offset=12 (global.get $connection) (global.get $free))
        (i32.store offset=16 (global.get $connection) (i32.const 8000000))
        (global.get $connection)"
    );
    Made::body("resolve", &body).component()
}

/// Returns a connection with 100 notes that are each the same 8 MB.
fn huge_notes() -> Vec<u8> {
    let body = format!(
        "(local $i i32)
        {ALL}
        (loop $again
            (i32.store (i32.add (global.get $free) (i32.mul (local.get $i) (i32.const 8))) (global.get $free))
            (i32.store offset=4
                (i32.add (global.get $free) (i32.mul (local.get $i) (i32.const 8))) (i32.const 8000000))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 100))))
        (i32.store offset=44 (global.get $connection) (global.get $free))
        (i32.store offset=48 (global.get $connection) (i32.const 100))
        (global.get $connection)"
    );
    Made::body("resolve", &body).component()
}

fn labelled(label: &[u8]) -> Vec<u8> {
    Made { label: label.into(), ..Made::default() }.component()
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name, component, message, rule| Case { name, component, code: BAD, message, rule };
    let mut cases = vec![
        case(
            "one huge return",
            huge_label(),
            "what the plugin returned from `resolve` breaks the contract: `label` is longer than 4096 bytes",
            "answers",
        ),
        case("the same memory returned many times", huge_notes(), UNREADABLE, "answers"),
        case("10 million list elements", patched("resolve", "connection", 48, 10_000_000), UNREADABLE, "answers"),
        case("4 billion list elements", patched("resolve", "connection", 48, u32::MAX), UNREADABLE, "answers"),
        case("invalid UTF-8", labelled(b"Ma\xff\xfede"), UNREADABLE, "answers"),
        case("UTF-8 that breaks off", labelled(b"Made\xe2\x82"), UNREADABLE, "answers"),
        case("a lone surrogate in UTF-8", labelled(b"Made\xed\xa0\x80"), UNREADABLE, "answers"),
        case(
            "a lone surrogate in UTF-16",
            // The definition is UTF-8 and makes no sense in UTF-16 either, so the
            // answer that is asked for first holds it.
            utf_16_with_a_lone_surrogate(),
            "the plugin returned a value that cannot be read in `describe`",
            "answers",
        ),
        case(
            "an embedded NUL",
            labelled(b"Ma\0de"),
            "what the plugin returned from `resolve` breaks the contract: `label` contains control characters",
            "answers",
        ),
        case("a result that is neither", patched("resolve", "connection", 0, 2), UNREADABLE, "answers"),
        case(
            "an option that is neither",
            // The hint of the failure is its fourth member.
            Made::body(
                "token-response",
                "(i32.store8 offset=28 (global.get $failure) (i32.const 7)) (global.get $failure)",
            )
            .component(),
            "the plugin returned a value that cannot be read in `token-response`",
            "answers",
        ),
        case(
            "a step that is none",
            whole("(i32.store8 offset=4 (global.get $started) (i32.const 9)) (global.get $started)"),
            "the plugin returned a value that cannot be read in `start`",
            "answers",
        ),
        case("an answer outside of memory", Made::body("resolve", "(i32.const -4)").component(), UNREADABLE, "answers"),
        case(
            "a definition with 201 fields",
            fields(201),
            "what the plugin returned from `describe` breaks the contract: `fields` has more than 200 items",
            "definition",
        ),
        case(
            "a definition with 50,000 fields",
            fields(50_000),
            "what the plugin returned from `describe` breaks the contract: `fields` has more than 200 items",
            "definition",
        ),
        case(
            "a definition that claims 200,000 fields",
            patched("describe", "definition", 76, 200_000),
            "the plugin returned a value that cannot be read in `describe`",
            "answers",
        ),
        case(
            "`refresh-after` above `expires-in`",
            Made { refresh_after: 901, ..Made::default() }.component(),
            "what the plugin returned from `token-response` breaks the contract: `refresh-after` is not less than `expires-in`",
            "answers",
        ),
        case(
            "`refresh-after` as long as `expires-in`",
            Made { refresh_after: 900, ..Made::default() }.component(),
            "what the plugin returned from `token-response` breaks the contract: `refresh-after` is not less than `expires-in`",
            "answers",
        ),
        case(
            "a regular expression that explodes",
            Made { pattern: Some("(a+)+b"), ..Made::default() }.component(),
            "what the plugin returned from `describe` breaks the contract: `fields[0].pattern` needs more than 1000000 steps for a value of 31 characters",
            "definition",
        ),
        case(
            "a state of 16 MiB",
            whole("(drop (memory.grow (i32.const 300))) (global.get $started)"),
            "what the plugin returned from `start` breaks the contract: `send.state` is longer than 1048576 bytes",
            "answers",
        ),
    ];
    cases.push(Case {
        code: "plugin-out-of-memory",
        ..case(
            "a definition with 200,000 fields",
            fields(200_000),
            "the plugin wanted more memory than 8388608 bytes in `describe`",
            "limits",
        )
    });
    cases
}

/// Begins its operation with a state of 16 MiB, with another body of `start`.
fn whole(start: &str) -> Vec<u8> {
    let bodies = vec![("start", start.to_owned())];
    Made { whole: true, state: Some(16 << 20), bodies, ..Made::default() }.component()
}

fn utf_16_with_a_lone_surrogate() -> Vec<u8> {
    let body = "(i32.store (global.get $free) (i32.const 0x0061d800))
        (i32.store (global.get $definition) (global.get $free))
        (i32.store offset=4 (global.get $definition) (i32.const 2))
        (global.get $definition)";
    Made { texts: StringEncoding::UTF16, ..Made::body("describe", body) }.component()
}
