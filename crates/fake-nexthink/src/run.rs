//! The fake as a program: start, report, serve until it is interrupted.

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::Path;
use std::task::Poll;
use std::{fs, future::Future};

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
        fs::write(path, fake.ca_pem()).map_err(|source| Error::File { path: path.to_owned(), source })?;
    }
    report(&fake, ca_file, json).map_err(Error::Output)?;
    runtime.block_on(interruption);
    Ok(())
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
