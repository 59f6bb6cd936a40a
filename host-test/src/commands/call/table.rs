//! Rows as a table on a terminal.

use serde_json::{Map, Value};

use crate::show;

/// Widest cell, in characters; the rest of a longer one is cut.
const WIDTH: usize = 48;

/// Finds the rows in an output: the output itself, or its only member that is a
/// list of flat objects. None: there are none, or several.
pub(super) fn rows(output: &Value) -> Option<Vec<&Map<String, Value>>> {
    match output {
        Value::Array(items) => flat(items),
        Value::Object(members) => {
            let mut found = members.values().filter_map(|member| member.as_array().and_then(|items| flat(items)));
            found.next().filter(|_| found.next().is_none())
        }
        _ => None,
    }
}

fn flat(items: &[Value]) -> Option<Vec<&Map<String, Value>>> {
    let simple = |object: &&Map<String, Value>| !object.values().any(|value| value.is_array() || value.is_object());
    let rows: Option<Vec<_>> = items.iter().map(|item| item.as_object().filter(simple)).collect();
    rows.filter(|rows| !rows.is_empty())
}

/// Draws rows with a heading, columns in the order in which they come up.
pub(super) fn draw(rows: &[&Map<String, Value>]) -> Vec<String> {
    let mut columns: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let heading: Vec<String> = columns.iter().map(|name| cut(name)).collect();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| columns.iter().map(|name| cell(row.get(*name))).collect()).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|i| cells.iter().chain([&heading]).map(|line| line[i].chars().count()).max().unwrap_or(0))
        .collect();
    let numeric: Vec<bool> = columns
        .iter()
        .map(|name| rows.iter().filter_map(|row| row.get(*name)).all(|value| value.is_number() || value.is_null()))
        .collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().enumerate().map(|(i, cell)| {
            let width = widths[i];
            if numeric[i] { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    [show::strong(&line(&heading))].into_iter().chain(cells.iter().map(line)).collect()
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => cut(text),
        Some(value) => cut(&value.to_string()),
    }
}

fn cut(text: &str) -> String {
    let text = show::printable(text).replace('\n', " ");
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_only_list_of_flat_objects_is_a_table() {
        assert_eq!(rows(&json!({ "rows": 1, "data": [{ "a": 1 }] })).map(|rows| rows.len()), Some(1));
        assert_eq!(rows(&json!([{ "a": 1 }, { "b": null }])).map(|rows| rows.len()), Some(2));
        for output in [
            json!({ "data": [] }),
            json!({ "data": [1] }),
            json!({ "data": [{ "a": [1] }] }),
            json!({ "a": [{ "b": 1 }], "c": [{ "d": 1 }] }),
            json!("text"),
        ] {
            assert!(rows(&output).is_none(), "{output}");
        }
    }

    #[test]
    fn columns_are_aligned_and_control_characters_gone() {
        let output = json!([{ "name": "PC-1\u{1b}[31m", "rows": 7 }, { "name": "a\nb", "rows": 12, "x": true }]);
        let drawn = draw(&rows(&output).unwrap());
        assert!(drawn[0].contains("name       rows  x"), "{drawn:?}");
        assert_eq!(drawn[1..], ["PC-1\u{fffd}[31m     7", "a b          12  true"]);
        let long = json!([{ "a": "x".repeat(100) }]);
        assert_eq!(draw(&rows(&long).unwrap())[1].chars().count(), 49);
    }
}
