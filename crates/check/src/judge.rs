//! The way through all rules.

use std::sync::Arc;

use connector_core::Error;
use connector_host::{Component, Connector, Limits, LoadError};
use connector_recordings::Recording;

use crate::check::Check;
use crate::findings::Findings;
use crate::report::{Report, Rule};

/// Judges a component. Without recordings that rule is not tried.
///
/// Needs a tokio runtime, and computes for seconds without giving way: spawn it where other
/// tasks wait. A pattern that takes too long to match leaves a thread behind, at most
/// three; they end with the process, if not before.
///
/// # Errors
///
/// [`LoadError::Engine`] where no component can run here. Any other reason not to load it
/// is a finding.
///
/// # Examples
///
/// ```no_run
/// use connector_check::{Verdict, judge};
/// use connector_host::Limits;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let report = judge(&std::fs::read("connector.wasm")?, Limits::default(), &[]).await?;
/// for result in &report.rules {
///     if let Verdict::Broken { findings, .. } = &result.verdict {
///         println!("{}: {}. {}", result.rule.name(), findings[0].what, result.rule.advice());
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub async fn judge(component: &[u8], limits: Limits, recordings: &[Arc<Recording>]) -> Result<Report, LoadError> {
    let mut findings = Findings::default();
    let component = match Component::load(component, limits) {
        Ok(component) => component.examined(),
        Err(error @ LoadError::Engine(_)) => return Err(error),
        Err(error) => {
            findings.broken(Rule::Loads, "", &error.to_string());
            return Ok(findings.report(None));
        }
    };
    let exports = component.info().interfaces().join(", ");
    findings.kept(Rule::Loads, format!("imports nothing, exports {exports}"));
    let connector = match Connector::new(component) {
        Ok(connector) => Arc::new(connector),
        Err(error) => {
            if let Error::Connector(error) = error {
                findings.failed("", &error);
            }
            return Ok(findings.report(None));
        }
    };
    let mut check = Check::new(Arc::clone(&connector), findings);
    check.definition();
    let opened = check.form(recordings);
    check.patterns();
    check.probe(opened.as_ref());
    if let Some(opened) = &opened {
        check.responses(opened);
    }
    check.inputs(opened.as_ref());
    check.recordings(recordings).await;
    check.usage();
    let definition = connector.definition();
    Ok(check.findings.report(Some(format!("{} {}", definition.name, definition.version))))
}
