//! Checks what a plugin says about its operations, and each step of one.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::definition::{domain_names, https};
use super::{BadOutput, Check, Connector, PluginError, TEXT_LIMIT, raw_response, request, verdict};
use crate::entries::Entries;
use crate::model::operation::{Compression, Download, Operation, Outcome, Pending, Progress, State, Step};
use crate::model::{Connection, Definition, Failure, Problem, Request, Response, Token};
use crate::plugin::Function;
use crate::plugin::bindings::exports::integration::provider::operations as contract;
use crate::plugin::bindings::exports::integration::provider::provider as raw;
use crate::redact::Redactor;

/// Longest time to wait before a request, in seconds.
const WAIT: u32 = 3600;

/// Longest state, in bytes: it says where an operation is, and holds neither settings
/// nor input, which the host keeps.
const STATE_BYTES: usize = 1 << 20;

/// Holds what every call of a running operation takes.
#[derive(Clone, Copy)]
pub struct OperationCall<'a> {
    /// Where it leads.
    pub connection: &'a Connection,
    /// What was entered: its secrets must not come back.
    pub entries: &'a Entries,
    /// The token at hand, which must not come back either.
    pub token: Option<&'a Token>,
    /// Which operation.
    pub operation: &'a Operation,
    /// Its input, JSON.
    pub input: &'a str,
}

impl Connector {
    /// Returns every operation, in the order to show them; none where the plugin
    /// offers none.
    pub fn operations(&self) -> Result<Vec<Operation>, PluginError> {
        if !self.facts().exports_interface("operations") {
            return Ok(Vec::new());
        }
        catalogue(self.plugin.catalogue()?, &self.definition).map_err(Into::into)
    }

    /// Begins an operation. The inner error holds every problem; an input that is
    /// too long is one, and reaches no plugin.
    pub fn start(&self, call: OperationCall<'_>) -> Result<Result<Step, Vec<Problem>>, PluginError> {
        if call.input.len() > self.input_limit() {
            return Ok(Err(vec![too_long(self.input_limit())]));
        }
        let redactor = self.operation_redactor(call);
        Ok(match self.plugin.start(&call.connection.settings, &call.operation.id, call.input)? {
            Ok(raw) => Ok(step(Function::Start, raw, call, &self.definition, &redactor)?),
            Err(raw) => Err(self.problems(Function::Start, raw, call.entries, &redactor)?),
        })
    }

    /// Goes on with an operation.
    pub fn resume(
        &self,
        call: OperationCall<'_>,
        state: &State,
        response: &Response,
    ) -> Result<Result<Step, Failure>, PluginError> {
        let redactor = self.operation_redactor(call);
        let OperationCall { connection, operation, input, .. } = call;
        let response = raw_response(response);
        Ok(match self.plugin.resume(&connection.settings, &operation.id, input, &state.0, &response)? {
            Ok(raw) => Ok(step(Function::Resume, raw, call, &self.definition, &redactor)?),
            Err(raw) => Err(verdict::failure(Function::Resume, raw, &self.definition, &redactor)?),
        })
    }

    fn operation_redactor(&self, call: OperationCall<'_>) -> Redactor {
        let redactor = self.redactor(call.entries);
        match call.token {
            Some(token) => redactor.and(&token.value),
            None => redactor,
        }
    }
}

/// Checks a request that was saved and read again like one of a plugin: the file
/// may have been changed.
pub(crate) fn saved_request(raw: raw::Request, connection: &Connection) -> Result<Request, BadOutput> {
    request::api(Function::Resume, "request", raw, connection)
}

fn too_long(limit: usize) -> Problem {
    Problem {
        field: Some(String::new()),
        code: "too-long".to_owned(),
        message: format!("The input is longer than {limit} bytes."),
        hint: Some("Split it, and run the operation for each part.".to_owned()),
    }
}

/// Checks what a plugin offers.
pub(super) fn catalogue(raw: Vec<contract::Operation>, definition: &Definition) -> Result<Vec<Operation>, BadOutput> {
    let check = Check(Function::Catalogue);
    check.list("", &raw)?;
    check.unique("", raw.iter().map(|operation| operation.id.as_str()))?;
    raw.into_iter().enumerate().map(|(i, raw)| operation(check, &format!("[{i}]"), raw, definition)).collect()
}

fn operation(
    check: Check,
    at: &str,
    raw: contract::Operation,
    definition: &Definition,
) -> Result<Operation, BadOutput> {
    let within = |member: &str| format!("{at}.{member}");
    raw.id.split('.').try_for_each(|word| check.word(&within("id"), word))?;
    check.line(&within("id"), &raw.id)?;
    check.line(&within("title"), &raw.title)?;
    check.line(&within("description"), &raw.description)?;
    let known = definition.permission(&raw.permission).is_some();
    check.ensure(known, &within("permission"), "names a permission that the definition does not have")?;
    // Any word will do: one that this host does not know counts as destructive.
    check.word(&within("effect"), &raw.effect)?;
    https(check, &within("documentation"), &raw.documentation)?;
    domain_names(check, &within("download-domains"), &raw.download_domains)?;
    Ok(Operation {
        input_schema: schema(check, &within("input-schema"), &raw.input_schema)?,
        output_schema: schema(check, &within("output-schema"), &raw.output_schema)?,
        id: raw.id,
        title: raw.title,
        description: raw.description,
        permission: raw.permission,
        effect: raw.effect,
        documentation: raw.documentation,
        download_domains: raw.download_domains,
    })
}

/// Accepts a JSON object. Whether it is a good schema only a validator can tell,
/// and nothing here depends on it: the plugin checks its inputs by itself.
fn schema(check: Check, at: &str, text: &str) -> Result<Value, BadOutput> {
    check.ensure(text.len() <= TEXT_LIMIT, at, &format!("is longer than {TEXT_LIMIT} bytes"))?;
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => Ok(value),
        _ => check.fail(at, "is not a JSON object"),
    }
}

/// Checks what comes next.
pub(super) fn step(
    function: Function,
    raw: contract::Step,
    call: OperationCall<'_>,
    definition: &Definition,
    redactor: &Redactor,
) -> Result<Step, BadOutput> {
    match raw {
        contract::Step::Send(raw) => pending(function, raw, call.connection, redactor).map(Step::Send),
        contract::Step::Download(raw) => {
            let domains = [&definition.domains[..], &call.operation.download_domains].concat();
            download(function, raw, &domains, redactor).map(Step::Download)
        }
        contract::Step::Done(raw) => outcome(function, raw, redactor).map(Step::Done),
    }
}

fn pending(
    function: Function,
    raw: contract::Pending,
    connection: &Connection,
    redactor: &Redactor,
) -> Result<Pending, BadOutput> {
    let check = Check(function);
    check.ensure(raw.wait <= WAIT, "send.wait", &format!("is more than {WAIT} seconds"))?;
    // A URL ends up in logs on the way.
    check.harmless("send.request.url", &raw.request.url, redactor)?;
    let contract::Progress { text, done, total } = raw.progress;
    check.line("send.progress.text", &text)?;
    check.harmless("send.progress.text", &text, redactor)?;
    Ok(Pending {
        request: request::api(function, "send.request", raw.request, connection)?,
        wait: raw.wait,
        state: state(check, "send.state", raw.state, redactor)?,
        progress: Progress { text, done, total },
    })
}

/// A state is kept on disk, where no secret belongs.
fn state(check: Check, at: &str, bytes: Vec<u8>, redactor: &Redactor) -> Result<State, BadOutput> {
    check.ensure(bytes.len() <= STATE_BYTES, at, &format!("is longer than {STATE_BYTES} bytes"))?;
    check.harmless(at, &String::from_utf8_lossy(&bytes), redactor)?;
    Ok(State(bytes))
}

fn download(
    function: Function,
    raw: contract::Download,
    domains: &[String],
    redactor: &Redactor,
) -> Result<Download, BadOutput> {
    let check = Check(function);
    let at = "download.media-type";
    check.line(at, &raw.media_type)?;
    check.harmless(at, &raw.media_type, redactor)?;
    let compression = match raw.compression.as_str() {
        "none" => Compression::None,
        "gzip" => Compression::Gzip,
        "zstd" => Compression::Zstd,
        // Nobody could read the file.
        _ => return check.fail("download.compression", "is not `none`, `gzip` or `zstd`"),
    };
    Ok(Download {
        link: request::download(function, raw.request, domains, redactor)?,
        state: state(check, "download.state", raw.state, redactor)?,
        media_type: raw.media_type,
        compression,
        partial: raw.partial,
        warnings: warnings(check, "download.warnings", raw.warnings, redactor)?,
    })
}

fn outcome(function: Function, raw: contract::Outcome, redactor: &Redactor) -> Result<Outcome, BadOutput> {
    let check = Check(function);
    let json = serde_json::from_str::<IgnoredAny>(&raw.output).is_ok();
    check.ensure(json, "done.output", "is not JSON")?;
    check.harmless("done.output", &raw.output, redactor)?;
    Ok(Outcome {
        output: raw.output,
        partial: raw.partial,
        warnings: warnings(check, "done.warnings", raw.warnings, redactor)?,
    })
}

fn warnings(check: Check, at: &str, texts: Vec<String>, redactor: &Redactor) -> Result<Vec<String>, BadOutput> {
    check.lines(at, &texts)?;
    texts.iter().enumerate().try_for_each(|(i, text)| check.harmless(&format!("{at}[{i}]"), text, redactor))?;
    Ok(texts)
}
