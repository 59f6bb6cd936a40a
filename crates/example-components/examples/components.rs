//! Writes the components of `examples/` into a folder.
//!
//! ```sh
//! cargo run -p example-components --example components target/examples
//! ```

use std::path::PathBuf;
use std::{env, fs, io, process};

use example_components::{DATADOG, ZENDESK};

fn main() {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("error: name the folder to write to");
        process::exit(2);
    };
    if let Err(error) = write(&folder) {
        eprintln!("error: cannot write to {}: {error}", folder.display());
        process::exit(1);
    }
}

fn write(folder: &PathBuf) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("datadog.wasm"), DATADOG)?;
    fs::write(folder.join("zendesk.wasm"), ZENDESK)
}
