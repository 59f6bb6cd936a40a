//! Shows how an operation ended.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use connector_host::Downloaded;
use connector_host::records::Outcome;
use serde_json::{Value, json};

use super::table;
use super::target::Target;
use crate::error::Error;
use crate::show;

/// Shows an outcome: as a table or indented to a person, as it is to a program.
pub(super) fn outcome(outcome: &Outcome, target: &Target, json: bool) -> Result<(), Error> {
    let terminal = io::stdout().is_terminal();
    let value: Value = serde_json::from_str(&outcome.output).unwrap_or_default();
    let csv = value["csv"].as_str();
    let whole = csv.map_or_else(|| format!("{}\n", outcome.output), str::to_owned);
    target.write(&whole)?;
    if json {
        // The output as it stands: a number may have more digits than are read here.
        let rest = json!({ "partial": outcome.partial, "warnings": outcome.warnings }).to_string();
        say!("{{\"outcome\":{{\"output\":{},{}}}", outcome.output, &rest[1..]);
        return Ok(());
    }
    match (&target.out, terminal) {
        (Some(path), _) => written(path, whole.len() as u64),
        (None, false) => {
            let mut out = io::stdout();
            out.write_all(whole.as_bytes())
                .and_then(|()| out.flush())
                .or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
                .map_err(|error| Error::file("write", Path::new("standard output"), &error))?;
        }
        (None, true) => match (csv, table::rows(&value)) {
            (Some(csv), _) => say!("{}", show::printable(csv.trim_end())),
            (None, Some(rows)) => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    if !member.is_array() {
                        say!("{} {}", show::faint(&format!("{}:", show::printable(name))), plain(member));
                    }
                }
                for line in table::draw(&rows) {
                    say!("{line}");
                }
            }
            (None, None) => say!("{}", show::printable(&format!("{value:#}"))),
        },
    }
    marks(outcome.partial, &outcome.warnings);
    Ok(())
}

fn plain(value: &Value) -> String {
    show::printable(value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str())
}

/// Shows what was downloaded.
pub(super) fn download(downloaded: &Downloaded, target: &Target, json: bool) {
    let Downloaded { bytes, media_type, compression, partial, warnings } = downloaded;
    if json {
        let shown = json!({
            "file": target.out,
            "bytes": bytes,
            "media-type": media_type,
            "compression": compression,
            "partial": partial,
            "warnings": warnings,
        });
        say!("{:#}", json!({ "download": shown }));
        return;
    }
    if let Some(path) = &target.out {
        written(path, path.metadata().map_or(*bytes, |data| data.len()));
    }
    marks(*partial, warnings);
}

/// On standard error, for standard output may be the result itself.
fn written(path: &Path, bytes: u64) {
    anstream::eprintln!("{}", show::faint(&format!("wrote {}, {bytes} bytes", path.display())));
}

fn marks(partial: bool, warnings: &[String]) {
    if partial {
        anstream::eprintln!("{}: only a part of what was asked for, or none of it", show::bad("partial"));
    }
    for warning in warnings {
        anstream::eprintln!("warning: {}", show::printable(warning));
    }
}
