//! The command `host-test`; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    host_test::cli::main()
}
