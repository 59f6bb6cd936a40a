//! Shows how an operation ended.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use connector_host::Downloaded;
use connector_host::records::Outcome;
use serde_json::{Value, json};

use super::table;
use super::target::Target;
use crate::cli::print;
use crate::error::Error;
use crate::show;

/// Shows an outcome: as a table or indented to a person, as it is to a program.
pub(super) fn outcome(outcome: &Outcome, target: &Target, json: bool) -> Result<(), Error> {
    // What this reader cannot hold, such as 1e400, is shown as it came.
    let value: Option<Value> = serde_json::from_str(&outcome.output).ok();
    let csv = value.as_ref().and_then(|value| value["csv"].as_str());
    let whole = csv.map_or_else(|| format!("{}\n", outcome.output), str::to_owned);
    target.write(&whole)?;
    if json {
        // The output as it stands: a number may have more digits than are read here.
        let rest = json!({ "partial": outcome.partial, "warnings": outcome.warnings }).to_string();
        let output = show::plain_json(&outcome.output);
        say!("{{\"outcome\":{{\"output\":{output},{}}}", show::plain_json(&rest[1..]));
        return Ok(());
    }
    match &target.out {
        Some(path) => written(path, whole.len() as u64),
        None if io::stdout().is_terminal() => lines(value.as_ref(), &whole).iter().for_each(|line| say!("{line}")),
        None => print(whole.as_bytes())?,
    }
    marks(outcome.partial, &outcome.warnings);
    Ok(())
}

/// Returns what a person reads: rows as a table with the rest above it, anything else as
/// text.
fn lines(value: Option<&Value>, whole: &str) -> Vec<String> {
    let Some(value) = value.filter(|value| !value["csv"].is_string()) else {
        return vec![show::printable(whole.trim_end())];
    };
    let Some(rows) = table::rows(value) else { return vec![show::printable(&format!("{value:#}"))] };
    let members = value.as_object().into_iter().flatten().filter(|(_, member)| !member.is_array());
    let members = members.map(|(name, member)| {
        let text = member.as_str().map_or_else(|| member.to_string(), str::to_owned);
        format!("{} {}", show::faint(&format!("{name}:")), show::printable(&text))
    });
    members.chain(table::draw(&rows)).collect()
}

/// Shows what was downloaded.
pub(super) fn download(downloaded: &Downloaded, target: &Target, json: bool) {
    let Downloaded { bytes, media_type, compression, partial, warnings } = downloaded;
    if json {
        let shown = json!({
            "file": target.out.as_ref().map(|path| path.to_string_lossy()),
            "bytes": bytes,
            "media-type": media_type,
            "compression": compression,
            "partial": partial,
            "warnings": warnings,
        });
        show::json(&json!({ "download": shown }));
        return;
    }
    if let Some(path) = &target.out {
        written(path, path.metadata().map_or(*bytes, |data| data.len()));
    }
    marks(*partial, warnings);
}

/// On standard error, for standard output may be the result itself.
fn written(path: &Path, bytes: u64) {
    show::note(&show::faint(&format!("wrote {}, {bytes} bytes", path.display())));
}

fn marks(partial: bool, warnings: &[String]) {
    if partial {
        show::note(&format!("{}: only a part of what was asked for, or none of it", show::bad("partial")));
    }
    for warning in warnings {
        show::note(&format!("warning: {}", show::printable(warning)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_cannot_be_read_here_is_shown_as_it_came() {
        let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
        for output in [r#"{"rows":[{"name":"\ud800"}]}"#, r#"{"rows":[{"n":1e400}]}"#, &deep] {
            let value: Option<Value> = serde_json::from_str(output).ok();
            assert_eq!(value, None);
            assert_eq!(lines(value.as_ref(), output), [output]);
        }
        let value = json!({ "rows": 1, "data": [{ "a": "x" }] });
        assert_eq!(lines(Some(&value), "").len(), 3);
        assert_eq!(lines(Some(&json!({ "csv": "a\n1\n" })), "a\n1\n"), ["a\n1"]);
    }
}
