//! An export as one operation: start it, poll until it is complete, download.

use serde::{Deserialize, Serialize};

use crate::USER_AGENT;
use crate::access;
use crate::failure::{Failure, FailureCode};
use crate::http::{Header, Request, Response};
use crate::json::{Pairs, WholeNumber};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::EXPORT_ID;
use crate::operations::nql::export_steps::{Started, Status, TRUNCATED};
use crate::operations::nql::query::{COMPRESSION, PERMISSION, QUERY, Query, VALUES, status_path, warnings};
use crate::operations::operation::{DOWNLOAD_DOMAINS, Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{Member, Object, Rule};
use crate::operations::state;
use crate::operations::step::{Compression, Download, Pending, Progress, Step};
use crate::problem::Problem;
use crate::text;

/// Minutes to wait where the input has no value (confidence C: clients wait 5 to
/// 30).
const WAIT_MINUTES: u64 = 30;

/// Longest pause between two polls, in seconds: each poll counts against the tenant's
/// limit for a day.
const MAX_PAUSE: u64 = 300;

/// Number of links to try. Each is valid for 15 minutes, so a second one that fails
/// has another reason.
const MAX_LINKS: u64 = 3;

/// Seconds for a download: 100 MB at 60 KB/s.
const DOWNLOAD_TIMEOUT: u32 = 1800;

/// Start, status and download in one.
pub static WHOLE: Operation = Operation {
    id: "nql.export",
    title: "Export a query",
    description: "Runs a saved NQL query and downloads every row as CSV. Where the tenant's licence limits the rows, the \
                  file is partial, with a warning.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[
        QUERY,
        VALUES,
        COMPRESSION,
        Member::optional(
            "waitMinutes",
            Rule::Integer(1, 1440),
            "How long to wait for Nexthink to complete the export, in minutes.",
        )
        .with_default("30"),
    ]),
    example: r##"{"queryId":"#export_devices","compression":"GZIP"}"##,
    output: Output::CsvFile(&DOWNLOAD_DOMAINS),
    documentation: "https://docs.nexthink.com/api/nql/export-an-nql",
    flow: Flow::Several { start, resume },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    query_id: String,
    #[serde(default)]
    parameters: Pairs,
    compression: Option<String>,
    wait_minutes: Option<WholeNumber>,
}

impl Input {
    fn wait_minutes(&self) -> u64 {
        self.wait_minutes.map_or(WAIT_MINUTES, |WholeNumber(minutes)| minutes)
    }

    fn wait_seconds(&self) -> u64 {
        self.wait_minutes().saturating_mul(60)
    }
}

/// The position between two requests.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Export {
    /// Id of the export. `None` until the response to the first request provides
    /// it.
    id: Option<String>,
    /// Start of the export by the host's clock, in seconds since the Unix epoch.
    since: u64,
    /// Seconds spent in pauses, for a clock that stops or jumps back.
    paused: u64,
    /// Last pause, in seconds.
    pause: u64,
    /// Number of links tried.
    links: u64,
    /// Whether the file is being downloaded.
    downloading: bool,
}

impl Export {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }
}

fn start(call: &Call) -> Result<Pending, Vec<Problem>> {
    let input: Input = call.input()?;
    let query = Query::new(&input.query_id, input.parameters, input.compression)?;
    // Another export would count against the quota of the tenant.
    let request = call.post("/api/v1/nql/export", &query, Repeat::Never);
    Ok(call.exchange(request, 0, &Export::default(), Progress::indeterminate("Starting the export")))
}

fn resume(call: &Call, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let input: Input = call.input_on_resume()?;
    let export: Export = state::read(call.id, state)?;
    match export.id.as_deref() {
        // A state that was tampered with must not change the path of the request.
        Some(id) if !EXPORT_ID.fits(id) => Err(state::mismatch()),
        Some(_) if export.downloading => link_failed(call, &input, export, response),
        Some(_) => poll_result(call, &input, export, response),
        None if export.downloading => Err(state::mismatch()),
        None => {
            let id = Some(Started::read(response)?);
            let export = Export { id, since: response.received_at, ..Export::default() };
            Ok(poll(call, export, input.wait_seconds()))
        }
    }
}

/// Polls the status, after a pause that is half as long again each time, but no longer
/// than what is left of the wait, in seconds.
fn poll(call: &Call, export: Export, left: u64) -> Step {
    let longer = export.pause.saturating_add(export.pause.div_ceil(2));
    let pause = longer.min(MAX_PAUSE).min(left).max(1);
    let export = Export { pause, paused: export.paused.saturating_add(pause), downloading: false, ..export };
    let progress = Progress::indeterminate(format!("Nexthink prepares the export {}", export.id()));
    let request = call.get(&status_path(export.id()));
    // At most `MAX_PAUSE`.
    Step::Send(call.exchange(request, u32::try_from(pause).unwrap_or_default(), &export, progress))
}

/// Reads the response to a poll.
fn poll_result(call: &Call, input: &Input, export: Export, response: &Response) -> Result<Step, Failure> {
    let (status, truncated) = Status::read(response)?;
    match (status.status.as_str(), status.results_file_url) {
        ("COMPLETED", Some(url)) => Ok(Step::Download(download(call, input, export, url, truncated))),
        ("COMPLETED", None) => Err(response::malformed("The export is complete, but there is no link to its file.")),
        ("ERROR", _) => {
            let mut failure = Failure::new(FailureCode::OperationFailed, "Nexthink could not complete the export.")
                .hint("Run the query in Nexthink to see whether it works there, then start again.");
            failure.provider_message = status.error_description.as_deref().and_then(text::clean);
            Err(failure)
        }
        // A status that Nexthink may add later counts as not complete.
        _ => {
            let waited = response.received_at.saturating_sub(export.since).max(export.paused);
            let left = input.wait_seconds().saturating_sub(waited);
            if left == 0 {
                let minutes = input.wait_minutes();
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                let message = format!("The export {} was not complete after {minutes} {unit}.", export.id());
                return Err(Failure::new(FailureCode::Timeout, &message)
                    .hint("Ask for it later with nql.export-status, or allow more waitMinutes."));
            }
            Ok(poll(call, export, left))
        }
    }
}

/// Returns the step that downloads a complete export.
fn download(call: &Call, input: &Input, export: Export, url: String, truncated: bool) -> Download {
    let request = Request {
        method: "GET",
        url,
        headers: vec![Header::plain("user-agent", USER_AGENT)],
        body: Vec::new(),
        // The link authorizes the download; the storage refuses a second
        // authorization (confidence C).
        authorized: false,
        repeatable: true,
        timeout: DOWNLOAD_TIMEOUT,
        // The host writes the body to a file rather than keeping it in memory.
        response_limit: u32::MAX,
    };
    let mut warnings = warnings(&input.parameters);
    if truncated {
        warnings.push(TRUNCATED.to_owned());
    }
    let export = Export { links: export.links.saturating_add(1), downloading: true, ..export };
    Download {
        request,
        state: state::write(call.id, &export),
        media_type: "text/csv",
        compression: match input.compression.as_deref() {
            Some("GZIP") => Compression::Gzip,
            Some("ZSTD") => Compression::Zstd,
            _ => Compression::None,
        },
        partial: truncated,
        warnings,
    }
}

/// Polls again for another link: an expired one is refused, and the status may
/// provide a new one (confidence D).
fn link_failed(call: &Call, input: &Input, export: Export, response: &Response) -> Result<Step, Failure> {
    match response.status {
        400 | 403 | 404 | 410 if export.links < MAX_LINKS => {
            Ok(poll(call, Export { pause: 0, ..export }, input.wait_seconds()))
        }
        400 | 403 | 404 | 410 => {
            let message = format!("No link to the file of the export {} works.", export.id());
            Err(Failure::new(FailureCode::OperationFailed, &message)
                .hint("A network that lets only Nexthink through also has to allow *.amazonaws.com. Or start again."))
        }
        _ => match access::response(response) {
            Err(failure) => Err(failure),
            Ok(()) => Err(state::mismatch()),
        },
    }
}
