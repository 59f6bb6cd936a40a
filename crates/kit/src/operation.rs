//! The description of an operation.

use crate::schema::{self, Object, Rule};

/// An operation and, in `flow`, how the connector runs it.
#[derive(Debug)]
pub struct Operation<F> {
    /// Stable identity.
    pub id: &'static str,
    /// Short name for a menu.
    pub title: &'static str,
    /// Description, in a few sentences: what it does, and what of a batch may be left out.
    pub description: &'static str,
    /// Id of the permission that it needs. `None`: any credential will do.
    pub permission: Option<&'static str>,
    /// Effect on the provider.
    pub effect: Effect,
    /// Rule of the input.
    pub input: &'static Object,
    /// An accepted input, as JSON.
    pub example: &'static str,
    /// Output.
    pub output: Output,
    /// URL of the provider's page about it.
    pub documentation: &'static str,
    /// How it runs.
    pub flow: F,
}

/// The effect of an operation on the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// None.
    Read,
    /// Something is changed or triggered.
    Write,
    /// Something is deleted for good.
    Destructive,
}

impl Effect {
    /// Returns the effect as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

/// The output of an operation.
#[derive(Debug)]
pub enum Output {
    /// JSON, with the rule of the object.
    Json(&'static Object),
    /// A CSV file, which the host downloads from a host under one of these domains or of
    /// those of the definition.
    CsvFile(&'static [&'static str]),
}

impl<F> Operation<F> {
    /// Returns the JSON Schema of the input.
    pub fn input_schema(&self) -> String {
        schema::json_schema(&Rule::Object(self.input), self.example)
    }

    /// Returns the domains, beside those of the definition, from which its download may
    /// come. Empty when there is no download.
    pub fn download_domains(&self) -> &'static [&'static str] {
        match self.output {
            Output::Json(_) => &[],
            Output::CsvFile(domains) => domains,
        }
    }

    /// Returns the JSON Schema of the output.
    pub fn output_schema(&self) -> String {
        match self.output {
            Output::Json(object) => schema::json_schema(&Rule::Object(object), ""),
            Output::CsvFile(_) => concat!(
                r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"string","#,
                r#""contentMediaType":"text/csv","description":"The file, which the host streams to the caller."}"#
            )
            .to_owned(),
        }
    }
}
