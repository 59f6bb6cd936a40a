//! The command line.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{self, ExitCode};
use std::{env, fmt};

use clap::{Parser, Subcommand};
use serde_json::json;

use crate::commands::{
    build, call, check, connect, describe, inspect, operations, record, request, resolve, run, serve, tenant, vectors,
};
use crate::error::{Error, Exit};
use crate::show;

/// Loads a connector component, plays recorded HTTP against it and checks what it returns.
///
/// Exit status: 0 success, 1 a recording, connection or operation failed, 2 wrong use,
/// 3 the connector misbehaved.
#[derive(Debug, Parser)]
#[command(name = "host-test", version, max_term_width = 100)]
struct Arguments {
    /// Print JSON for scripts
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play recordings and compare every outcome (the default command)
    Run(run::Run),
    /// Print the form and the guide
    Describe(describe::Describe),
    /// Print the hosts that entries resolve to, without connecting
    Resolve(resolve::Resolve),
    /// Connect to the provider, or against a recording
    Connect(connect::Connect),
    /// Connect to the provider and write a recording without secrets
    Record(record::Record),
    /// Call the API with the token
    Request(request::Request),
    /// List the operations, or explain one
    Operations(operations::Operations),
    /// Run an operation
    Call(call::Call),
    /// Run a fake Nexthink tenant on this machine, over TLS
    Tenant(tenant::Tenant),
    /// Serve the connect page: guide and form in a browser
    Serve(serve::Serve),
    /// Build the component of a Rust package
    Build(build::Build),
    /// Judge a component, rule by rule, for its author
    Check(check::Check),
    /// Export call vectors: what the connector returns for which arguments
    Vectors(vectors::Vectors),
    /// Print size, digest, imports, exports and metadata of a component
    Inspect(inspect::Inspect),
    /// Write the built-in component to a file
    Component(inspect::Write),
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Clap repeats arguments as they are, so it judges harmless ones once more.
            let harmless = env::args_os().map(|argument| show::printable(&argument.to_string_lossy()));
            let error = Arguments::try_parse_from(harmless).err().unwrap_or(error);
            let wrong = error.use_stderr();
            if wrong && env::args_os().any(|argument| argument == "--json") {
                let text = error.to_string();
                let sentence = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
                say_error("wrong-use", &sentence.replace("\n ", ""));
            }
            // Clap prints help and version to standard output, with status 0.
            let _ = error.print();
            return if wrong { Exit::Use.into() } else { ExitCode::SUCCESS };
        }
    };
    let json = arguments.json;
    match execute(arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            if json {
                say_error(error.code(), &error.to_string());
            }
            complain(&error);
            error.exit().into()
        }
    }
}

/// Prints a line. Where that is impossible the program ends; a reader that went away has
/// read enough.
pub(crate) fn say(line: fmt::Arguments<'_>) {
    match writeln!(anstream::stdout(), "{}", show::harmless(&line.to_string())) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let error = Error::file("write", Path::new("standard output"), &error);
            complain(&error);
            process::exit(error.exit() as i32);
        }
        _ => {}
    }
}

/// Writes a result to standard output as it is; a reader that went away has read enough.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::file("write", Path::new("standard output"), &error))
        }
        _ => Ok(()),
    }
}

fn say_error(code: &str, message: &str) {
    show::json(&json!({ "error": { "code": code, "message": message } }));
}

/// Prints an error, if standard error can be written.
fn complain(error: &Error) {
    show::note(&format!("{}: {}", show::bad("error"), show::printable(&error.to_string())));
}

fn execute(Arguments { json, command }: Arguments) -> Result<Exit, Error> {
    let command = command.unwrap_or_else(|| Command::Run(run::Run::default()));
    // It has a runtime of its own.
    if let Command::Tenant(command) = command {
        return command.execute(json);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Error::Use(format!("no thread can be started: {error}")))?;
    let result = runtime.block_on(async {
        match command {
            Command::Run(command) => command.execute(json).await,
            Command::Describe(command) => command.execute(json),
            Command::Resolve(command) => command.execute(json),
            Command::Connect(command) => command.execute(json).await,
            Command::Record(command) => command.execute(json).await,
            Command::Request(command) => command.execute(json).await,
            Command::Operations(command) => command.execute(json),
            Command::Call(command) => command.execute(json).await,
            Command::Build(command) => command.execute(json),
            Command::Check(command) => command.execute(json).await,
            Command::Vectors(command) => command.execute(json).await,
            Command::Inspect(command) => command.execute(json),
            Command::Component(command) => command.execute(json),
            Command::Serve(command) => command.execute(json).await,
            Command::Tenant(command) => command.execute(json),
        }
    });
    // A request that was given up may still be waiting for its response.
    runtime.shutdown_background();
    result
}
