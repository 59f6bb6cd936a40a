//! `describe`: the form and the guide.

use clap::{Args, ValueEnum};
use connector_host::records::{Definition, Field};
use serde_json::{Map, Value, json};

use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// Text for a person, everything as JSON, or the form as a JSON Schema
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    loading: Loading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    JsonSchema,
}

impl Describe {
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.loading.connector()?;
        let definition = connector.definition();
        match self.format {
            Format::JsonSchema => show::json(&schema(definition)),
            Format::Json => show::json(&json!(definition)),
            Format::Text if json => show::json(&json!(definition)),
            Format::Text => text(definition),
        }
        Ok(Exit::Success)
    }
}

fn text(definition: &Definition) {
    say!("{} {}", show::strong(&definition.name), definition.version);
    say!("{}", definition.summary);
    if !definition.prerequisites.is_empty() {
        say!("\n{}", show::strong("Before you start"));
    }
    for prerequisite in &definition.prerequisites {
        say!("- {prerequisite}");
    }
    for (number, step) in (1..).zip(&definition.guide) {
        say!("\n{}\n\n{}", show::strong(&format!("{number}. {}", step.title)), step.text.trim_end());
    }
    say!("\n{}", show::strong("The form"));
    for field in &definition.fields {
        let need = if field.required { "required" } else { "optional" };
        say!("\n{} {}", field.label, show::faint(&format!("({}, {}, {need})", field.key, field.kind)));
        say!("  {}", field.description);
        for choice in &field.choices {
            say!("  {:<5} {}", choice.value, choice.label);
        }
        if let Some(example) = &field.example {
            say!("  Example: {example}");
        }
    }
    if !definition.permissions.is_empty() {
        say!("\n{}", show::strong("Permissions"));
    }
    for permission in &definition.permissions {
        say!("- {}: {}", permission.label, permission.purpose);
    }
    say!("\n{}", show::strong("More"));
    for link in &definition.links {
        say!("- {}: {}", link.relation, link.url);
    }
    say!("- hosts: under {}", definition.domains.join(", "));
    for host in &definition.hosts {
        let platform = host.platform.as_ref().map(|platform| format!(", {platform}")).unwrap_or_default();
        say!("  - {} ({}{platform})", host.template, host.role.name());
    }
}

/// Returns a JSON Schema (2020-12) of the values of a filled-in form. It describes the form;
/// `resolve` accepts more, such as other cases of a choice.
fn schema(definition: &Definition) -> Value {
    let properties: Map<_, _> = definition.fields.iter().map(|field| (field.key.clone(), property(field))).collect();
    let required: Vec<_> = definition.fields.iter().filter(|field| field.required).map(|field| &field.key).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": definition.name,
        "description": definition.summary,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut property = json!({ "type": "string", "title": field.label, "description": field.description });
    if field.choices.is_empty() {
        if let Some(pattern) = &field.pattern {
            // The contract's patterns match whole values, JSON Schema's parts.
            property["pattern"] = json!(format!("^(?:{pattern})$"));
        }
        if let Some(length) = field.max_length {
            property["maxLength"] = json!(length);
        }
    } else {
        let choices = field.choices.iter().map(|choice| json!({ "const": choice.value, "title": choice.label }));
        property["oneOf"] = choices.collect();
    }
    if let Some(example) = &field.example {
        property["examples"] = json!([example]);
    }
    if let Some(default) = &field.default {
        property["default"] = json!(default);
    }
    if field.is_secret() {
        property["format"] = json!("password");
        property["writeOnly"] = json!(true);
    }
    property
}
