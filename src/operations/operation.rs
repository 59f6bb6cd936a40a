//! The description of an operation.

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::operations::call::Call;
use crate::operations::schema::{self, Object, Rule};
use crate::operations::step::{Outcome, Pending, Step};
use crate::problem::Problem;

/// Domains, beside Nexthink's own, from which the file of an export may come: the
/// documentation shows a pre-signed link into S3 and names no host.
pub const DOWNLOAD_DOMAINS: [&str; 1] = ["amazonaws.com"];

/// An operation and how it runs.
#[derive(Debug)]
pub struct Operation {
    /// Stable identity.
    pub id: &'static str,
    /// Short name for a menu.
    pub title: &'static str,
    /// Description, in a few sentences: what it does, and what of a batch may be left out.
    pub description: &'static str,
    /// Id of the permission that it needs.
    pub permission: &'static str,
    /// Effect on the tenant.
    pub effect: Effect,
    /// Rule of the input.
    pub input: &'static Object,
    /// An accepted input, as JSON.
    pub example: &'static str,
    /// Output.
    pub output: Output,
    /// URL of Nexthink's page about it.
    pub documentation: &'static str,
    pub(super) flow: Flow,
}

/// The effect of an operation on the tenant.
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
    /// A CSV file, which the host downloads.
    CsvFile,
}

/// The sequence of exchanges of an operation.
#[derive(Debug)]
pub(super) enum Flow {
    /// One request and one response.
    Single {
        request: fn(&Call) -> Result<Request, Vec<Problem>>,
        outcome: fn(&Call, &Response) -> Result<Outcome, Failure>,
    },
    /// As many exchanges as it takes. `start` returns the first one; `resume` takes
    /// the state of the last [`Pending`] or download.
    Several {
        start: fn(&Call) -> Result<Pending, Vec<Problem>>,
        resume: fn(&Call, &[u8], &Response) -> Result<Step, Failure>,
    },
}

impl Operation {
    /// Returns the JSON Schema of the input.
    pub fn input_schema(&self) -> String {
        schema::json_schema(&Rule::Object(self.input), self.example)
    }

    /// Returns the domains, beside Nexthink's own, from which its download may
    /// come. Empty when there is no download.
    pub fn download_domains(&self) -> &'static [&'static str] {
        match self.output {
            Output::Json(_) => &[],
            Output::CsvFile => &DOWNLOAD_DOMAINS,
        }
    }

    /// Returns the JSON Schema of the output.
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
