//! Calls that do not end, or take everything.

use test_guest::START;

use super::Case;
use crate::{Behaviour, TestComponent};

pub(super) fn cases() -> Vec<Case> {
    let case = |name, function, behaviour, code, message, rule| Case {
        name,
        component: TestComponent::provider().behaving(function, behaviour).build(),
        code,
        message,
        rule,
    };
    let fuel = "connector-out-of-fuel";
    vec![
        case(
            "an endless loop",
            "describe",
            Behaviour::Loop,
            fuel,
            "the connector used up its computing time of 100000000 units in `describe`",
            "limits",
        ),
        case(
            "an endless loop, later",
            "resolve",
            Behaviour::Loop,
            fuel,
            "the connector used up its computing time of 100000000 units in `resolve`",
            "limits",
        ),
        case(
            "an endless loop at the start of an instance",
            START,
            Behaviour::Loop,
            fuel,
            "the connector used up its computing time of 100000000 units in `describe`",
            "limits",
        ),
        case(
            "memory growth to the cap",
            "resolve",
            Behaviour::GrowMemory,
            "connector-out-of-memory",
            "the connector wanted more memory than 8388608 bytes in `resolve`",
            "limits",
        ),
        case(
            "unbounded recursion",
            "resolve",
            Behaviour::Recurse,
            "connector-trapped",
            "the connector crashed (its calls nest too deeply) in `resolve`",
            "answers",
        ),
    ]
}
