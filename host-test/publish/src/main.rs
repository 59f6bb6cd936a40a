//! Packs the connector and its contract for others, and pushes both to a
//! registry.
//!
//! [`package`] writes what is published into one directory: the component, the
//! [`contract`] as a WIT package, the [`sbom`] of what is [`linked`], the
//! recordings as a conformance [`kit`], and the sums of all. [`push`] checks what a
//! registry has already, then lets [`wkg`] push component and contract, described
//! by the [`commit`] that they were built from.

mod commit;
mod contract;
mod error;
mod kit;
mod linked;
mod package;
mod push;
mod sbom;
mod wkg;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use error::Error;
use wkg::Wkg;

/// Packs the connector and its contract for others, and pushes both to a registry.
#[derive(Debug, Parser)]
#[command(name = "publish", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write component, contract, SBOM, conformance kit and sums into a directory
    Package {
        /// Directory to write; what an earlier run wrote there is replaced
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Push component and contract to a registry, unless that would change something
    Push(Push),
}

#[derive(Debug, Args)]
struct Push {
    #[command(flatten)]
    wkg: Wkg,
    /// What `package` wrote
    #[arg(long, value_name = "DIR")]
    package: PathBuf,
    /// Git tag that is published: `v` and the version
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// File to write names and digests to, a line each, as NAME=VALUE
    #[arg(long, value_name = "FILE")]
    digests: Option<PathBuf>,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Package { out } => package::Package::make().and_then(|package| package.write(&out)),
        Command::Push(push) => execute(push),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(push: Push) -> Result<(), Error> {
    let package = package::Package::make()?;
    package.compare(&push.package)?;
    push::release_is(push.tag.as_deref(), &package.version)?;
    let commit = commit::Commit::head()?;
    let pushed = push::push(&package, &push.package, &commit, &push.wkg)?;
    push.digests.map_or(Ok(()), |path| error::write(&path, pushed.lines().as_bytes()))
}
