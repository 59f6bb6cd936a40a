//! The way through all rules, within a limit of time.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use connector_core::Error;
use connector_host::{Component, Connector, LoadError};
use connector_recordings::Recording;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::check::Check;
use crate::findings::Findings;
use crate::report::{Report, Rule};

/// Longest time for a judgement, unless another is asked for. The Nexthink connector takes
/// some seconds; after a minute people and pipelines take a check for hung.
pub const DEFAULT_TIME: Duration = Duration::from_mins(1);

/// Stack of the thread that judges: patterns and schemas nest as deeply as their length
/// allows.
const STACK: usize = 16 << 20;

/// Judges the component that a function loads: in a child process what is not trusted, see
/// [`Compiler`](connector_host::Compiler). Without recordings that rule is not tried.
///
/// What is not judged within the time is a finding of [`Rule::Limits`], whatever takes so long:
/// loading, calls, a pattern, a schema. Needs a tokio runtime with timers; computes on a
/// thread of its own. Where time is over or a pattern takes too long to match, a thread may
/// be left behind, which ends with the process, if not before.
///
/// # Errors
///
/// [`LoadError::Engine`] or [`LoadError::Compiler`] where no component can run here. Any other reason not to load it
/// is a finding.
///
/// # Examples
///
/// ```no_run
/// use connector_check::{DEFAULT_TIME, Verdict, judge};
/// use connector_host::{Component, Limits};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let bytes = std::fs::read("connector.wasm")?;
/// let report = judge(move || Component::load(&bytes, Limits::default()), &[], DEFAULT_TIME).await?;
/// for result in &report.rules {
///     if let Verdict::Broken { findings, .. } = &result.verdict {
///         println!("{}: {}. {}", result.rule.name(), findings[0].what, result.rule.advice());
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub async fn judge(
    load: impl FnOnce() -> Result<Component, LoadError> + Send + 'static,
    recordings: &[Arc<Recording>],
    time: Duration,
) -> Result<Report, LoadError> {
    let (findings, deadline, runtime) = (Findings::default(), Instant::now() + time, Handle::current());
    let (ended, end) = oneshot::channel();
    let judging = {
        let (recordings, findings) = (recordings.to_vec(), findings.clone());
        move || {
            // Nobody waits for it any more where that fails.
            let _ = ended.send(judge_all(load(), &recordings, &findings, (deadline, &runtime)));
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(judging);
    let thread = thread.map_err(|error| LoadError::Engine(error.to_string()))?;
    match timeout(time, end).await {
        Ok(Ok(judged)) => judged.map(|()| {
            let stopped = Instant::now() >= deadline && !findings.is_complete();
            if stopped { findings.stopped_report(time) } else { findings.report() }
        }),
        Ok(Err(_)) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => Ok(findings.report()),
        },
        Err(_) => Ok(findings.stopped_report(time)),
    }
}

/// Tries every rule, one group after the other.
fn judge_all(
    loaded: Result<Component, LoadError>,
    recordings: &[Arc<Recording>],
    findings: &Findings,
    (deadline, runtime): (Instant, &Handle),
) -> Result<(), LoadError> {
    let component = match loaded {
        Ok(component) => component.examined(),
        Err(error @ (LoadError::Engine(_) | LoadError::Compiler(_))) => return Err(error),
        Err(error) => {
            findings.broken(Rule::Loads, "", &error.to_string());
            return Ok(());
        }
    };
    let exports = component.info().interfaces().join(", ");
    findings.kept(Rule::Loads, format!("imports nothing, exports {exports}"));
    findings.judged(&[Rule::Loads]);
    let connector = match Connector::new(component) {
        Ok(connector) => Arc::new(connector),
        Err(error) => {
            if let Error::Connector(error) = error {
                findings.failed("", &error);
            }
            return Ok(());
        }
    };
    let definition = connector.definition();
    findings.named(format!("{} {}", definition.name, definition.version));
    let mut check = Check::new(Arc::clone(&connector), findings.clone(), deadline);
    check.definition();
    check.judged(&[Rule::Definition]);
    let opened = check.form(recordings);
    check.judged(&[Rule::Form]);
    check.patterns();
    check.judged(&[Rule::Patterns]);
    check.probe(opened.as_ref());
    if let Some(opened) = &opened {
        check.responses(opened);
    }
    check.inputs(opened.as_ref());
    check.judged(&[Rule::Inputs]);
    runtime.block_on(check.recordings(recordings));
    check.usage();
    check.judged(&Rule::ALL);
    Ok(())
}
