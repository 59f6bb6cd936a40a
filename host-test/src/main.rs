//! The command `host-test`: loads connectors, plays recordings, talks to providers.

/// Prints a line to standard output.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::say(format_args!($($text)*))
    };
}

mod advice;
mod browser;
mod cli;
mod commands;
mod entries_option;
mod error;
mod files;
mod loading;
mod network;
mod open;
mod plain;
mod recording;
mod session_options;
mod show;
mod stopped;
mod verbose;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == loading::COMPILE) {
        return connector_host::compile_child();
    }
    cli::main()
}
