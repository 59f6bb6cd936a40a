//! Where an outcome differs from the expected one.

use serde_json::Value;

use crate::read::{escape, shortened};

/// Lists where two values differ, each with its JSON Pointer.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare(&mut String::new(), expected, found, &mut differences);
    differences
}

/// Compares two values. The pointer to them is one text that grows and shrinks: one for
/// each value would copy a long name as often as there are values under it.
fn compare(pointer: &mut String, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    let length = pointer.len();
    let mut within = |name: &str, expected: &Value, found: &Value| {
        pointer.extend(["/", name]);
        compare(pointer, expected, found, differences);
        pointer.truncate(length);
    };
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            for name in left.keys().chain(right.keys().filter(|name| !left.contains_key(*name))) {
                let [left, right] = [left, right].map(|members| members.get(name).unwrap_or(&Value::Null));
                within(&escape(name), left, right);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (i, (left, right)) in left.iter().zip(right).enumerate() {
                within(&i.to_string(), left, right);
            }
        }
        _ if expected == found => {}
        _ => differences.push(format!("{}: expected {}, found {}", shortened(pointer), shown(expected), shown(found))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        value => shortened(&value.to_string()),
    }
}
