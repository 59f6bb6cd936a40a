//! The program `fake-nexthink`.

use std::process::ExitCode;

use clap::Parser;

/// Answer as a Nexthink tenant on loopback
#[derive(Debug, Parser)]
#[command(version)]
struct Command {
    #[command(flatten)]
    args: fake_nexthink::Args,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let command = Command::parse();
    match fake_nexthink::run(&command.args, command.json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-nexthink: {error}");
            ExitCode::FAILURE
        }
    }
}
