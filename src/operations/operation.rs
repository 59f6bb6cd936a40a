//! What an operation is.

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::operations::call::Call;
use crate::operations::schema::{self, Object, Rule};
use crate::operations::step::{Outcome, Pending, Step};
use crate::problem::Problem;

/// Domains, beside Nexthink's own, that the file of an export may come from: the
/// documentation shows a pre-signed link into S3 and names no host.
pub const DOWNLOAD_DOMAINS: [&str; 1] = ["amazonaws.com"];

/// Describes one operation and how it runs.
#[derive(Debug)]
pub struct Operation {
    /// Stable identity.
    pub id: &'static str,
    /// Short name for a menu.
    pub title: &'static str,
    /// What it does.
    pub description: &'static str,
    /// Id of the permission it needs.
    pub permission: &'static str,
    /// What it does to the tenant.
    pub effect: Effect,
    /// What it takes.
    pub input: &'static Object,
    /// An input that is accepted, as JSON.
    pub example: &'static str,
    /// What it gives.
    pub output: Output,
    /// Nexthink's page about it.
    pub documentation: &'static str,
    pub(super) flow: Flow,
}

/// Says what an operation does to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// It changes or triggers something.
    Write,
    /// It removes something for good.
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

/// Says what an operation gives.
#[derive(Debug)]
pub enum Output {
    /// JSON.
    Json(&'static Object),
    /// A CSV file to download.
    CsvFile,
}

/// Says how an operation runs.
#[derive(Debug)]
pub(super) enum Flow {
    /// One request, one answer.
    Single {
        request: fn(&Call) -> Result<Request, Vec<Problem>>,
        outcome: fn(&Call, &Response) -> Result<Outcome, Failure>,
    },
    /// As many as it takes; the state is what [`Pending`] held.
    Several {
        start: fn(&Call) -> Result<Pending, Vec<Problem>>,
        resume: fn(&Call, &[u8], &Response) -> Result<Step, Failure>,
    },
}

impl Operation {
    /// Writes the JSON Schema of the input.
    pub fn input_schema(&self) -> String {
        schema::json_schema(&Rule::Object(self.input), self.example)
    }

    /// Returns the domains, beside Nexthink's own, that its download may come from.
    pub fn download_domains(&self) -> &'static [&'static str] {
        match self.output {
            Output::Json(_) => &[],
            Output::CsvFile => &DOWNLOAD_DOMAINS,
        }
    }

    /// Writes the JSON Schema of the output.
    pub fn output_schema(&self) -> String {
        match self.output {
            Output::Json(object) => schema::json_schema(&Rule::Object(object), ""),
            Output::CsvFile => concat!(
                r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"string","#,
                r#""contentMediaType":"text/csv","description":"The file, which the host streams to the caller."}"#
            )
            .to_owned(),
        }
    }
}
