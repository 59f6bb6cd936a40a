//! `operations`: what the connector offers.

use clap::Args;
use connector_host::records::Operation;
use serde_json::{Value, json};

use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Operations {
    /// Explain this operation
    id: Option<String>,
    #[command(flatten)]
    loading: Loading,
}

impl Operations {
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.loading.connector()?;
        let offered = connector.operations()?;
        let Some(id) = &self.id else {
            list(offered, json);
            return Ok(Exit::Success);
        };
        let operation = find(offered, id)?;
        if json {
            show::json(&json!(operation));
        } else {
            let id = operation.permission.as_deref();
            let permission = id.and_then(|id| connector.definition().permission(id));
            explain(operation, permission.map_or(NO_PERMISSION, |permission| &permission.label));
        }
        Ok(Exit::Success)
    }
}

/// Finds an operation.
pub(crate) fn find<'a>(offered: &'a [Operation], id: &str) -> Result<&'a Operation, Error> {
    offered.iter().find(|operation| operation.id == id).ok_or_else(|| {
        let id = show::printable(id);
        Error::Use(format!("there is no operation `{id}`; `host-test operations` lists them"))
    })
}

/// What to show where any credential will do.
const NO_PERMISSION: &str = "none";

fn list(offered: &[Operation], json: bool) {
    if json {
        show::json(&json!({ "operations": offered }));
        return;
    }
    let width = |part: fn(&Operation) -> &str| offered.iter().map(|o| part(o).chars().count()).max().unwrap_or(0);
    let (ids, titles, permissions) = (width(|o| o.id.as_str()), width(|o| o.title.as_str()), width(permission_of));
    for operation in offered {
        let Operation { id, title, effect, .. } = operation;
        let (id, permission) = (show::strong(&format!("{id:<ids$}")), permission_of(operation));
        say!("  {id}  {title:<titles$}  {permission:<permissions$}  {}", effect_of(effect));
    }
}

fn permission_of(operation: &Operation) -> &str {
    operation.permission.as_deref().unwrap_or(NO_PERMISSION)
}

fn effect_of(effect: &str) -> String {
    match effect {
        "read" => show::faint(effect),
        "write" => effect.to_owned(),
        _ => show::bad(effect),
    }
}

fn explain(operation: &Operation, permission: &str) {
    say!("{} {}", show::strong(&operation.title), show::faint(&format!("({})", operation.id)));
    say!("{}", operation.description);
    say!("\nPermission: {permission}");
    say!("Effect: {}", effect_of(&operation.effect));
    say!("More: {}", operation.documentation);
    say!("\n{}", show::strong("Input"));
    members(&operation.input_schema, 1);
    for example in operation.input_schema["examples"].as_array().into_iter().flatten() {
        say!("\n{}", show::strong("Example"));
        say!("{}", show::printable(&example.to_string()));
    }
    say!("\n{}", show::strong("Output"));
    match operation.output_schema["contentMediaType"].as_str() {
        Some(kind) => say!("  A file, {}.", show::printable(kind)),
        None => members(&operation.output_schema, 1),
    }
}

/// Lists the members of an object, and those of the objects in it.
fn members(schema: &Value, depth: usize) {
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let need = if required.contains(&name.as_str()) { "required" } else { "optional" };
        let note = show::faint(&format!("({}, {need})", show::printable(&kind(member))));
        let indent = "  ".repeat(depth);
        let description = member["description"].as_str().unwrap_or_default();
        say!("{indent}{} {note}", show::printable(name));
        if !description.is_empty() {
            say!("{indent}  {}", show::printable(description));
        }
        // A schema of a connector nests as deep as it likes.
        if depth < 6 {
            members(member, depth + 1);
            members(&member["items"], depth + 1);
        }
    }
}

/// Names the type of a value in a few words.
fn kind(schema: &Value) -> String {
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<_> =
            choices.iter().map(|choice| choice.as_str().map_or_else(|| choice.to_string(), str::to_owned)).collect();
        return choices.join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" && schema["items"].is_object() => {
            format!("list of {}", kind_of_items(&schema["items"]))
        }
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}

fn kind_of_items(items: &Value) -> String {
    items["type"].as_str().map_or_else(|| "values".to_owned(), |kind| format!("{kind}s"))
}
