//! Writes what the browser tests show to the connect page: components that misbehave,
//! and recordings of one.

#[path = "../tests/page/hostile.rs"]
mod hostile;

use std::path::PathBuf;
use std::{env, fs};

use test_support::{Behaviour, html};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).expect("a folder to write to"));
    fs::create_dir_all(folder.join("recordings"))?;
    let component = html::component();
    fs::write(folder.join("hostile.wasm"), component.build())?;
    fs::write(folder.join("endless.wasm"), component.clone().behaving("resolve", Behaviour::Loop).build())?;
    fs::write(folder.join("trapping.wasm"), component.behaving("resolve", Behaviour::Panic).build())?;
    for (file, status) in [("a-success.har", 200), ("b-failure.har", 429)] {
        let name = format!("{} {status}", html::HTML);
        fs::write(folder.join("recordings").join(file), hostile::recording(&name, status).to_string())?;
    }
    Ok(())
}
