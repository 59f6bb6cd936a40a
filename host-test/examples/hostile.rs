//! Writes what the browser tests show to the connect page: components that misbehave,
//! and recordings of one.

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/common"]
mod common {
    pub mod hostile;
    pub mod plugins;

    pub fn root() -> &'static std::path::Path {
        std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }
}

use std::path::PathBuf;
use std::{env, fs};

use common::hostile;
use common::plugins::Bodies;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).expect("a folder to write to"));
    fs::create_dir_all(folder.join("recordings"))?;
    fs::write(folder.join("hostile.wasm"), hostile::component())?;
    let endless = Bodies { resolve: "(loop $again (br $again)) (unreachable)", ..Bodies::default() };
    fs::write(folder.join("endless.wasm"), endless.component())?;
    let trapping = Bodies { resolve: "(unreachable)", ..Bodies::default() };
    fs::write(folder.join("trapping.wasm"), trapping.component())?;
    for (file, status) in [("a-success.har", 200), ("b-failure.har", 429)] {
        let name = format!("{} {status}", hostile::HOSTILE);
        fs::write(folder.join("recordings").join(file), hostile::recording(&name, status).to_string())?;
    }
    Ok(())
}
