//! Checks what a connector says about its operations, and each step of one.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::check::{Check, TEXT_LIMIT};
use super::definition::{domain_names, https};
use super::output::BadOutput;
use super::request;
use super::texts::Texts;
use crate::functions::Function;
use crate::raw;
use crate::records::{Connection, Definition};
use crate::records::{Download, Operation, Outcome, Pending, Progress, State, Step};
use crate::redact::Redactor;

/// Longest time to wait before a request, in seconds.
pub(crate) const WAIT: u32 = 3600;

/// Longest state, in bytes: it says where an operation is, and holds neither settings
/// nor input, which the host keeps.
const STATE_BYTES: usize = 1 << 20;

/// Checks what a connector offers.
pub(crate) fn operations(raw: Vec<raw::Operation>, definition: &Definition) -> Result<Vec<Operation>, BadOutput> {
    let check = Check(Function::ListOperations);
    check.list("", &raw)?;
    check.unique("", raw.iter().map(|operation| operation.id.as_str()))?;
    raw.into_iter().enumerate().map(|(i, raw)| operation(check, &format!("[{i}]"), raw, definition)).collect()
}

fn operation(check: Check, at: &str, raw: raw::Operation, definition: &Definition) -> Result<Operation, BadOutput> {
    let within = |member: &str| format!("{at}.{member}");
    raw.id.split('.').try_for_each(|word| check.word(&within("id"), word))?;
    check.line(&within("id"), &raw.id)?;
    check.line(&within("title"), &raw.title)?;
    check.line(&within("description"), &raw.description)?;
    let known = raw.permission.as_ref().is_none_or(|id| definition.permission(id).is_some());
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
/// and nothing here depends on it: the connector checks its inputs by itself.
fn schema(check: Check, at: &str, text: &str) -> Result<Value, BadOutput> {
    check.ensure(text.len() <= TEXT_LIMIT, at, &format!("is longer than {TEXT_LIMIT} bytes"))?;
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => Ok(value),
        _ => check.fail(at, "is not a JSON object"),
    }
}

/// Checks what comes next.
pub(crate) fn step(
    function: Function,
    raw: raw::Step,
    connection: &Connection,
    operation: &Operation,
    definition: &Definition,
    redactor: &Redactor,
) -> Result<Step, BadOutput> {
    match raw {
        raw::Step::Send(raw) => pending(function, raw, connection, redactor).map(Step::Send),
        raw::Step::Download(raw) => {
            let domains = [&definition.domains[..], &operation.download_domains].concat();
            download(function, raw, &domains, redactor).map(Step::Download)
        }
        raw::Step::Done(raw) => outcome(function, raw, redactor).map(Arc::new).map(Step::Done),
    }
}

fn pending(
    function: Function,
    raw: raw::Pending,
    connection: &Connection,
    redactor: &Redactor,
) -> Result<Pending, BadOutput> {
    let check = Check(function);
    check.ensure(raw.wait <= WAIT, "send.wait", &format!("is more than {WAIT} seconds"))?;
    // A URL ends up in logs on the way.
    check.harmless("send.request.url", &raw.request.url, redactor)?;
    let at = "send.progress.text";
    check.line(at, &raw.progress.text)?;
    let text = Texts::new(function, redactor).text(at, raw.progress.text)?;
    Ok(Pending {
        request: request::api(function, "send.request", raw.request, connection, redactor)?,
        wait: raw.wait,
        state: state(check, "send.state", raw.state, redactor)?,
        progress: Progress { text, ..raw.progress },
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
    raw: raw::Download,
    domains: &[String],
    redactor: &Redactor,
) -> Result<Download, BadOutput> {
    let check = Check(function);
    let at = "download.media-type";
    check.line(at, &raw.media_type)?;
    check.harmless(at, &raw.media_type, redactor)?;
    Ok(Download {
        link: request::download(function, raw.request, domains, redactor)?,
        state: state(check, "download.state", raw.state, redactor)?,
        media_type: raw.media_type,
        compression: raw.compression,
        partial: raw.partial,
        warnings: warnings(check, "download.warnings", raw.warnings, Texts::new(function, redactor))?,
    })
}

fn outcome(function: Function, raw: raw::Outcome, redactor: &Redactor) -> Result<Outcome, BadOutput> {
    let check = Check(function);
    let json = serde_json::from_str::<IgnoredAny>(&raw.output).is_ok();
    check.ensure(json, "done.output", "is not JSON")?;
    let mut texts = Texts::new(function, redactor);
    Ok(Outcome {
        output: texts.json("done.output", raw.output)?,
        partial: raw.partial,
        warnings: warnings(check, "done.warnings", raw.warnings, texts)?,
    })
}

fn warnings(check: Check, at: &str, given: Vec<String>, texts: Texts<'_>) -> Result<Vec<String>, BadOutput> {
    check.lines(at, &given)?;
    texts.warnings(at, given)
}
