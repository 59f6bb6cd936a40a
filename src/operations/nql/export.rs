//! An export as one operation: start, ask until it is complete, download.

use serde::{Deserialize, Serialize};

use crate::access;
use crate::failure::{Failure, FailureCode};
use crate::http::{Header, Request, Response, USER_AGENT};
use crate::json::{Pairs, Whole};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::EXPORT_ID;
use crate::operations::nql::export_steps::{Started, Status, TRUNCATED};
use crate::operations::nql::query::{COMPRESSION, PERMISSION, QUERY, Query, VALUES, status_path, warnings};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{Member, Object, Rule};
use crate::operations::state;
use crate::operations::step::{Compression, Download, Pending, Progress, Step};
use crate::problem::Problem;
use crate::text;

/// Minutes to wait where the input does not say (confidence C: clients wait 5 to
/// 30).
const WAIT_MINUTES: u64 = 30;

/// Longest pause between two questions, in seconds (confidence C: clients ask
/// every 1 to 10).
const LONGEST_PAUSE: u64 = 10;

/// How many links are tried. Each is good for 15 minutes, so a second one that
/// fails has another reason.
const LINKS: u64 = 3;

/// Seconds for a download: 100 MB at 60 KB/s.
const DOWNLOAD_TIMEOUT: u32 = 1800;

/// Start, status and download as one.
pub static WHOLE: Operation = Operation {
    id: "nql.export",
    title: "Export a query",
    description: "Runs a saved NQL query and downloads every row as CSV.",
    permission: PERMISSION,
    effect: Effect::Read,
    input: &Object::closed(&[
        QUERY,
        VALUES,
        COMPRESSION,
        Member::optional(
            "waitMinutes",
            Rule::Whole(1, 1440),
            "How long to wait for Nexthink to complete the export, in minutes.",
        )
        .or("30"),
    ]),
    example: r##"{"queryId":"#export_devices","compression":"GZIP"}"##,
    output: Output::CsvFile,
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
    wait_minutes: Option<Whole>,
}

/// Says where an export is.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Export {
    /// None while it is asked for; the answer names it.
    id: Option<String>,
    /// The host's clock when it was started, in seconds since the Unix epoch.
    since: u64,
    /// Seconds spent in pauses, for a clock that stands or jumps back.
    paused: u64,
    /// Last pause, in seconds.
    pause: u64,
    /// How many links were tried.
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
    let query = Query::new(&input.query_id, &input.parameters, input.compression)?;
    // Another export would count against the tenant's quota.
    let request = call.post("/api/v1/nql/export", &query, Repeat::Never);
    Ok(call.next(request, 0, &Export::default(), Progress::unknown("Starting the export")))
}

fn resume(call: &Call, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let input: Input = call.input_again()?;
    let export: Export = state::read(call.id, state)?;
    match export.id.as_deref() {
        // A state that was changed on the way must not lead out of the path.
        Some(id) if !(EXPORT_ID.accepts)(id) => Err(state::foreign()),
        Some(_) if export.downloading => link_failed(call, export, response),
        Some(_) => waiting(call, &input, export, response),
        None if export.downloading => Err(state::foreign()),
        None => {
            let id = Some(Started::read(response)?);
            Ok(ask(call, Export { id, since: response.received_at, ..Export::default() }))
        }
    }
}

/// Asks how far an export is, a little later each time.
fn ask(call: &Call, export: Export) -> Step {
    let pause = export.pause.saturating_add(1).min(LONGEST_PAUSE);
    let export = Export { pause, paused: export.paused.saturating_add(pause), downloading: false, ..export };
    let progress = Progress::unknown(format!("Nexthink prepares the export {}", export.id()));
    let request = call.get(&status_path(export.id()));
    // At most ten.
    Step::Send(call.next(request, u32::try_from(pause).unwrap_or_default(), &export, progress))
}

fn waiting(call: &Call, input: &Input, export: Export, response: &Response) -> Result<Step, Failure> {
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
        // Words that Nexthink may add are taken for more patience.
        _ => {
            let minutes = input.wait_minutes.map_or(WAIT_MINUTES, |Whole(minutes)| minutes);
            let waited = response.received_at.saturating_sub(export.since).max(export.paused);
            if waited >= minutes * 60 {
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                let message = format!("The export {} was not complete after {minutes} {unit}.", export.id());
                return Err(Failure::new(FailureCode::Timeout, &message)
                    .hint("Ask for it later with nql.export-status, or allow more waitMinutes."));
            }
            Ok(ask(call, export))
        }
    }
}

fn download(call: &Call, input: &Input, export: Export, url: String, truncated: bool) -> Download {
    let request = Request {
        method: "GET",
        url,
        headers: vec![Header::plain("user-agent", USER_AGENT)],
        body: Vec::new(),
        // The link is the proof; the storage refuses a second one (confidence C).
        authorized: false,
        repeatable: true,
        timeout: DOWNLOAD_TIMEOUT,
        // It is written to a file of the caller's choice, not kept in memory.
        response_limit: u32::MAX,
    };
    let mut warnings = warnings(&input.parameters);
    if truncated {
        warnings.push(TRUNCATED.to_owned());
    }
    let place = Export { links: export.links.saturating_add(1), downloading: true, ..export };
    Download {
        request,
        state: state::write(call.id, &place),
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

/// Asks for another link: one that has expired is refused, and the status may give
/// a new one (confidence D).
fn link_failed(call: &Call, export: Export, response: &Response) -> Result<Step, Failure> {
    match response.status {
        400 | 403 | 404 | 410 if export.links < LINKS => Ok(ask(call, Export { pause: 0, ..export })),
        400 | 403 | 404 | 410 => {
            let message = format!("No link to the file of the export {} works.", export.id());
            Err(Failure::new(FailureCode::OperationFailed, &message)
                .hint("A network that lets only Nexthink through also has to allow *.amazonaws.com. Or start again."))
        }
        _ => match access::response(response) {
            Err(failure) => Err(failure),
            Ok(()) => Err(state::foreign()),
        },
    }
}
