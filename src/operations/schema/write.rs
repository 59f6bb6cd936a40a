//! JSON Schema 2020-12 from a rule.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::operations::schema::rule::{List, MAX_SAFE_INTEGER, Map, Object, Rule, Text};

/// Returns the JSON Schema of a rule. An empty example is omitted.
pub fn json_schema(rule: &Rule, example: &str) -> String {
    let schema = Root { rule, example: RawValue::from_string(example.to_owned()).ok() };
    // Maps with string keys always serialize.
    serde_json::to_string(&schema).unwrap_or_default()
}

struct Root<'a> {
    rule: &'a Rule,
    example: Option<Box<RawValue>>,
}

impl Serialize for Root<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$schema", "https://json-schema.org/draft/2020-12/schema")?;
        members(&mut map, self.rule)?;
        if let Some(example) = &self.example {
            map.serialize_entry("examples", &[example])?;
        }
        map.end()
    }
}

struct Schema<'a> {
    rule: &'a Rule,
    description: &'a str,
    default: &'a str,
}

impl<'a> Schema<'a> {
    fn of(rule: &'a Rule) -> Self {
        Self { rule, description: "", default: "" }
    }
}

impl Serialize for Schema<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.description.is_empty() {
            map.serialize_entry("description", self.description)?;
        }
        members(&mut map, self.rule)?;
        if let Ok(default) = RawValue::from_string(self.default.to_owned()) {
            map.serialize_entry("default", &default)?;
        }
        map.end()
    }
}

fn members<M: SerializeMap>(map: &mut M, rule: &Rule) -> Result<(), M::Error> {
    match rule {
        Rule::Text(rule) => {
            map.serialize_entry("type", "string")?;
            text(map, rule)
        }
        Rule::TextOrInteger(rule) => {
            map.serialize_entry("type", &["string", "integer"])?;
            map.serialize_entry("minimum", &-MAX_SAFE_INTEGER)?;
            map.serialize_entry("maximum", &MAX_SAFE_INTEGER)?;
            text(map, rule)
        }
        Rule::Choice(options) => {
            map.serialize_entry("type", "string")?;
            map.serialize_entry("enum", options)
        }
        Rule::Integer(min, max) => {
            map.serialize_entry("type", "integer")?;
            map.serialize_entry("minimum", min)?;
            map.serialize_entry("maximum", max)
        }
        Rule::Boolean => map.serialize_entry("type", "boolean"),
        Rule::Object(rule) => object(map, rule),
        Rule::Map(Map { names, values, max }) => {
            map.serialize_entry("type", "object")?;
            map.serialize_entry("propertyNames", &Schema::of(&Rule::Text(names)))?;
            map.serialize_entry("additionalProperties", &Schema::of(values))?;
            map.serialize_entry("maxProperties", max)
        }
        Rule::List(List { item, min, max }) => {
            map.serialize_entry("type", "array")?;
            map.serialize_entry("items", &Schema::of(item))?;
            if *min > 0 {
                map.serialize_entry("minItems", min)?;
            }
            max.map_or(Ok(()), |max| map.serialize_entry("maxItems", &max))
        }
        Rule::Unchecked([]) => Ok(()),
        Rule::Unchecked([one]) => map.serialize_entry("type", one),
        Rule::Unchecked(types) => map.serialize_entry("type", types),
    }
}

fn text<M: SerializeMap>(map: &mut M, rule: &Text) -> Result<(), M::Error> {
    if rule.min > 0 {
        map.serialize_entry("minLength", &rule.min)?;
    }
    map.serialize_entry("maxLength", &rule.max)?;
    for (name, value) in [("pattern", rule.pattern), ("format", rule.format)] {
        if !value.is_empty() {
            map.serialize_entry(name, value)?;
        }
    }
    if !rule.example.is_empty() {
        map.serialize_entry("examples", &[rule.example])?;
    }
    Ok(())
}

fn object<M: SerializeMap>(map: &mut M, rule: &Object) -> Result<(), M::Error> {
    map.serialize_entry("type", "object")?;
    map.serialize_entry("properties", &Properties(rule))?;
    let required: Vec<&str> = rule.members.iter().filter(|member| member.required).map(|member| member.name).collect();
    if !required.is_empty() {
        map.serialize_entry("required", &required)?;
    }
    if rule.min > 0 {
        map.serialize_entry("minProperties", &rule.min)?;
    }
    if rule.open { Ok(()) } else { map.serialize_entry("additionalProperties", &false) }
}

struct Properties<'a>(&'a Object);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.members.iter().map(|member| {
            let schema = Schema { rule: &member.rule, description: member.description, default: member.default };
            (member.name, schema)
        }))
    }
}
