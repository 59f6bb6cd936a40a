//! Calls that do not end, or take everything.

use super::Case;
use crate::common::made::{ENDLESS, GREEDY, Made};

pub(super) fn cases() -> Vec<Case> {
    let case = |name, component, code, message| Case { name, component, code, message, rule: "limits" };
    let fuel = "plugin-out-of-fuel";
    let memory = "plugin-out-of-memory";
    let start = "(func $start (loop $again (br $again))) (start $start)";
    let mut cases = vec![
        case(
            "an endless loop",
            Made::body("describe", ENDLESS).component(),
            fuel,
            "the plugin used up its computing time of 100000000 units in `describe`",
        ),
        case(
            "an endless loop, later",
            Made::body("resolve", ENDLESS).component(),
            fuel,
            "the plugin used up its computing time of 100000000 units in `resolve`",
        ),
        case(
            "an endless loop in a start function",
            Made { more: start, ..Made::default() }.component(),
            fuel,
            "the plugin used up its computing time of 100000000 units in `describe`",
        ),
        case(
            "memory growth to the cap",
            Made::body("resolve", GREEDY).component(),
            memory,
            "the plugin wanted more memory than 8388608 bytes in `resolve`",
        ),
    ];
    cases.push(Case {
        rule: "answers",
        ..case(
            "unbounded recursion",
            Made::body("resolve", "(call $resolve (local.get $address) (local.get $number))").component(),
            "plugin-trapped",
            "the plugin crashed (its calls nest too deeply) in `resolve`",
        )
    });
    cases
}
