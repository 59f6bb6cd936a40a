//! The command line.

/// Prints a line to standard output.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::say(format_args!($($text)*))
    };
}

mod call;
mod check;
mod connect;
mod describe;
mod error;
mod inspect;
mod live;
mod operations;
mod record;
mod request;
mod run;
mod serve;
mod set;
mod show;
mod tenant;
mod verbose;

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::{env, fmt, fs};

use clap::{Args, Parser, Subcommand};
use serde_json::json;

pub use error::{Error, Exit};

use crate::BUILT_IN;
use crate::guard::Connector;
use crate::plugin::{Digest, Limits, Plugin};

/// Loads a connector component, replays recorded HTTP against it and checks
/// what it returns.
///
/// Exit status: 0 success, 1 a recording, connection or operation failed, 2 wrong
/// use, 3 the plugin misbehaved.
#[derive(Debug, Parser)]
#[command(name = "host-test", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Common {
    /// Component to load instead of the built-in Nexthink connector
    #[arg(long, global = true, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Digest that the component must have; with other bytes nothing is compiled or run
    #[arg(long, global = true, value_name = "sha256:HEX")]
    digest: Option<Digest>,
    /// Print JSON for scripts
    #[arg(long, global = true)]
    json: bool,
    /// Most units of fuel, about one per instruction, for one call
    #[arg(long, global = true, value_name = "UNITS", default_value_t = Limits::default().fuel)]
    fuel: u64,
    /// Largest memory of the component, in bytes
    #[arg(long, global = true, value_name = "BYTES", default_value_t = Limits::default().memory_bytes)]
    memory: usize,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay recordings and compare every outcome (the default command)
    Run(run::Run),
    /// Print what the connector asks for and explains
    Describe(describe::Describe),
    /// Show where entries lead, without connecting
    Resolve(set::Set),
    /// Connect to the provider, or against a recording
    Connect(connect::Connect),
    /// Connect live and write a recording without secrets
    Record(record::Record),
    /// Call the API with the token
    Request(request::Request),
    /// List what the connector can do, or explain one operation
    Operations(operations::Operations),
    /// Run an operation
    Call(call::Call),
    /// Run a fake Nexthink tenant on loopback
    Tenant(tenant::Serve),
    /// Open the connect page: guide and form in a browser
    Serve(serve::Serve),
    /// Judge a component, rule by rule, for its author
    Check(check::Check),
    /// Print size, digest, imports, exports and metadata of a component
    Inspect(inspect::Inspect),
    /// Write the built-in component to a file
    Component(inspect::Write),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
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
    let json = arguments.common.json;
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

/// Prints a line. Where that is impossible the program ends; a reader that went
/// away has read enough.
fn say(line: fmt::Arguments<'_>) {
    match writeln!(anstream::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let error = Error::file("write", Path::new("standard output"), &error);
            complain(&error);
            process::exit(error.exit() as i32);
        }
        _ => {}
    }
}

fn say_error(code: &str, message: &str) {
    say!("{:#}", json!({ "error": { "code": code, "message": message } }));
}

/// Prints an error, if standard error can be written.
fn complain(error: &Error) {
    let _ = writeln!(anstream::stderr(), "{}: {}", show::bad("error"), show::printable(&error.to_string()));
}

fn execute(Arguments { common, command }: Arguments) -> Result<Exit, Error> {
    match command.unwrap_or_else(|| Command::Run(run::Run::default())) {
        Command::Run(command) => command.execute(&common),
        Command::Describe(command) => command.execute(&common),
        Command::Resolve(command) => connect::resolve(&command, &common),
        Command::Connect(command) => command.execute(&common),
        Command::Record(command) => command.execute(&common),
        Command::Request(command) => command.execute(&common),
        Command::Operations(command) => command.execute(&common),
        Command::Call(command) => command.execute(&common),
        Command::Tenant(command) => command.execute(&common),
        Command::Serve(command) => command.execute(&common),
        Command::Check(command) => command.execute(&common),
        Command::Inspect(command) => command.execute(&common),
        Command::Component(command) => command.execute(&common),
    }
}

impl Common {
    /// Reads the component: the built-in one unless a file is named.
    fn bytes(&self) -> Result<Cow<'static, [u8]>, Error> {
        self.read(self.component.as_deref())
    }

    /// Reads a component, the built-in one if there is no path, and asks that its
    /// digest is the one that was given.
    fn read(&self, path: Option<&Path>) -> Result<Cow<'static, [u8]>, Error> {
        let bytes = match path {
            None => Cow::Borrowed(BUILT_IN),
            Some(path) => Cow::Owned(fs::read(path).map_err(|error| Error::file("read", path, &error))?),
        };
        let checked = self.digest.map_or(Ok(()), |digest| digest.check(&bytes));
        checked.map_err(|error| Error::Load { component: path.map(Path::to_owned), error })?;
        Ok(bytes)
    }

    /// Returns what a call may use.
    fn limits(&self) -> Limits {
        let preset = Limits::default();
        Limits {
            fuel: self.fuel,
            memory_bytes: self.memory,
            // Operations take more from the start, and no less than the rest.
            operation_fuel: preset.operation_fuel.max(self.fuel),
            operation_memory_bytes: preset.operation_memory_bytes.max(self.memory),
            ..preset
        }
    }

    /// Loads the component.
    fn plugin(&self) -> Result<Plugin, Error> {
        Plugin::load(&self.bytes()?, self.limits())
            .map_err(|error| Error::Load { component: self.component.clone(), error })
    }

    /// Loads the component and asks it what it is.
    fn connector(&self) -> Result<Connector, Error> {
        Ok(Connector::new(self.plugin()?)?)
    }
}
