//! Writes what the browser tests show to the connect page: components that misbehave,
//! and recordings of one.

#[path = "../tests/page/component.rs"]
mod component;
#[path = "../tests/page/hostile.rs"]
mod hostile;

use std::path::PathBuf;
use std::{env, fs};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).expect("a folder to write to"));
    fs::create_dir_all(folder.join("recordings"))?;
    fs::write(folder.join("hostile.wasm"), hostile::component())?;
    fs::write(folder.join("endless.wasm"), hostile::component_with("resolve", hostile::ENDLESS))?;
    fs::write(folder.join("trapping.wasm"), hostile::component_with("resolve", hostile::TRAPPING))?;
    for (file, status) in [("a-success.har", 200), ("b-failure.har", 429)] {
        let name = format!("{} {status}", hostile::HOSTILE);
        fs::write(folder.join("recordings").join(file), hostile::recording(&name, status).to_string())?;
    }
    Ok(())
}
