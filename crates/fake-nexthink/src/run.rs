//! The fake as a program: start, report, serve until it is interrupted.

use std::future::{Future, poll_fn};
use std::io::{self, Write as _};
use std::path::Path;
use std::task::Poll;

use serde_json::json;
use tokio::runtime::Builder;

use crate::args::Args;
use crate::error::Error;
use crate::server::FakeNexthink;

/// Starts a fake, prints how to reach it, as text or JSON, and serves until Ctrl-C or SIGTERM. Blocks; not for
/// asynchronous code.
pub fn run(args: &Args, json: bool) -> Result<(), Error> {
    let runtime = Builder::new_current_thread().enable_io().build().map_err(Error::Runtime)?;
    let interruption = {
        let _within = runtime.enter();
        // Before the report: whoever has read it can interrupt the program.
        interruption().map_err(Error::Runtime)?
    };
    let fake = FakeNexthink::start(args.to_config()?)?;
    let ca_file = args.ca_file.as_deref();
    if let Some(path) = ca_file {
        write(path, fake.ca_pem()).map_err(|source| Error::File { path: path.to_owned(), source })?;
    }
    report(&fake, ca_file, json).map_err(Error::Output)?;
    runtime.block_on(interruption);
    Ok(())
}

/// Writes a file whole or not at all: beside its place first, then renamed. What a link leads to stays as it is.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.symlink_metadata().is_ok_and(|known| !known.is_file()) {
        let text = "it is a link, a device or a directory; name a new file or one to replace";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // For everyone whom the umask lets read it: a certificate is no secret.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = builder.prefix(".ca-").tempfile_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist(path).map(drop).map_err(|error| error.error)
}

fn report(fake: &FakeNexthink, ca_file: Option<&Path>, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        let report = json!({
            "address": fake.address().to_string(),
            "ca-file": ca_file,
            "resolve": fake.resolve_lines(),
        });
        writeln!(out, "{report:#}")?;
    } else {
        let mut item = |label: &str, text: String| writeln!(out, "  {label:<11} {text}");
        item("address", format!("https://{}", fake.address()))?;
        if let Some(path) = ca_file {
            item("trust", format!("--ca-file {}", path.display()))?;
        }
        for line in fake.resolve_lines() {
            item("reach", format!("--resolve {line}"))?;
        }
        item("stop", "press Ctrl-C".to_owned())?;
    }
    out.flush()
}

#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(poll_fn(move |context| {
        let interrupted = interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready();
        if interrupted { Poll::Ready(()) } else { Poll::Pending }
    }))
}

#[cfg(windows)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(poll_fn(move |context| interrupt.poll_recv(context).map(drop)))
}
