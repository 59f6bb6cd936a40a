//! Calls that do not end, or take everything.

use test_guest::START;

use super::Case;
use crate::{Behaviour, TestComponent};

pub(super) fn cases() -> Vec<Case> {
    let behaving = |function, behaviour| TestComponent::provider().behaving(function, behaviour);
    let endless = |name, place, function| Case {
        name,
        component: behaving(place, Behaviour::Loop).build(),
        code: "connector-out-of-fuel",
        message: format!("the connector used up its computing time of 100000000 units in `{function}`"),
        rule: "limits",
    };
    vec![
        endless("an endless loop", "describe", "describe"),
        endless("an endless loop, later", "resolve", "resolve"),
        endless("an endless loop at the start of an instance", START, "describe"),
        Case::greedy("memory growth to the cap", &behaving("resolve", Behaviour::GrowMemory), "resolve"),
        Case {
            name: "unbounded recursion",
            component: behaving("resolve", Behaviour::Recurse).build(),
            code: "connector-trapped",
            message: "the connector crashed (its calls nest too deeply) in `resolve`".to_owned(),
            rule: "answers",
        },
    ]
}
