//! Where an outcome differs from the expected one.

use serde_json::Value;

use crate::read::{escape, shortened};

/// Lists where two values differ, each with its JSON Pointer.
pub(crate) fn differences(pointer: &str, expected: &Value, found: &Value) -> Vec<String> {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
            names
                .flat_map(|name| {
                    let missing = Value::Null;
                    let (left, right) = (left.get(name).unwrap_or(&missing), right.get(name).unwrap_or(&missing));
                    differences(&format!("{pointer}/{}", escape(name)), left, right)
                })
                .collect()
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let items = left.iter().zip(right).enumerate();
            items.flat_map(|(i, (left, right))| differences(&format!("{pointer}/{i}"), left, right)).collect()
        }
        _ if expected == found => Vec::new(),
        _ => vec![format!("{pointer}: expected {}, found {}", shown(expected), shown(found))],
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        value => shortened(&value.to_string()),
    }
}
