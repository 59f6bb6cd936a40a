//! JSON Schema 2020-12 from a rule.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::schema::rule::{List, Map, Member, Object, Rule, Text};

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
    /// Whether `null` is accepted too.
    nullable: bool,
}

impl<'a> Schema<'a> {
    fn of(rule: &'a Rule) -> Self {
        Self { rule, description: "", default: "", nullable: false }
    }
}

/// A schema that accepts values of one JSON type.
#[derive(Serialize)]
struct OfType<'a> {
    r#type: &'a str,
}

const NULL: OfType = OfType { r#type: "null" };

impl Serialize for Schema<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.description.is_empty() {
            map.serialize_entry("description", self.description)?;
        }
        if self.nullable {
            map.serialize_entry("anyOf", &(Schema::of(self.rule), NULL))?;
        } else {
            members(&mut map, self.rule)?;
        }
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
        Rule::Either(rules) => {
            let schemas: Vec<_> = rules.iter().map(Schema::of).collect();
            map.serialize_entry("anyOf", &schemas)
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
            map.serialize_entry("additionalProperties", &Schema { nullable: true, ..Schema::of(values) })?;
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
        Rule::Unchecked(types) => {
            let schemas: Vec<_> = types.iter().map(|r#type| OfType { r#type }).collect();
            map.serialize_entry("anyOf", &schemas)
        }
    }
}

fn text<M: SerializeMap>(map: &mut M, rule: &Text) -> Result<(), M::Error> {
    if rule.min > 0 {
        map.serialize_entry("minLength", &rule.min)?;
    }
    if let Some(max) = rule.max {
        map.serialize_entry("maxLength", &max)?;
    }
    for (name, value) in [("pattern", rule.pattern), ("format", rule.format)] {
        if !value.is_empty() {
            map.serialize_entry(name, value)?;
        }
    }
    if !rule.except.is_empty() {
        map.serialize_entry("not", &Pattern { pattern: rule.except })?;
    }
    if !rule.example.is_empty() {
        map.serialize_entry("examples", &[rule.example])?;
    }
    Ok(())
}

/// A schema that accepts strings that match.
#[derive(Serialize)]
struct Pattern<'a> {
    pattern: &'a str,
}

fn object<M: SerializeMap>(map: &mut M, rule: &Object) -> Result<(), M::Error> {
    map.serialize_entry("type", "object")?;
    map.serialize_entry("properties", &Properties(rule))?;
    let required: Vec<&str> = rule.members.iter().filter(|member| member.required).map(|member| member.name).collect();
    if !required.is_empty() {
        map.serialize_entry("required", &required)?;
    }
    if rule.any {
        let present: Vec<_> = rule.members.iter().map(|member| Present(member.name)).collect();
        map.serialize_entry("anyOf", &present)?;
    }
    if rule.open { Ok(()) } else { map.serialize_entry("additionalProperties", &false) }
}

/// A schema of objects with a member that is not `null`.
struct Present<'a>(&'a str);

impl Serialize for Present<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Not<T> {
            not: T,
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("required", &[self.0])?;
        map.serialize_entry("properties", &BTreeMap::from([(self.0, Not { not: NULL })]))?;
        map.end()
    }
}

struct Properties<'a>(&'a Object);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.members.iter().map(|member| {
            let Member { rule, description, default, .. } = member;
            (member.name, Schema { rule, description, default, nullable: !self.0.open && !member.required })
        }))
    }
}
