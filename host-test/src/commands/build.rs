//! `build`: makes the component of a package.

use std::path::{Path, PathBuf};

use clap::Args;
use component_build::component;

use crate::error::{Error, Exit};
use crate::files::{self, Mode};
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// Folder of the package, with its `Cargo.toml`
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Package to build, where the folder is a workspace
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// File to write [default: the name of the folder with .wasm, in the current directory]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Build {
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        let bytes = component(&self.folder, self.package.as_deref()).map_err(|message| failed(&message))?;
        let out = self.out.clone().unwrap_or_else(|| default_name(&self.folder));
        files::write(&out, &bytes, Mode::Public, true)?;
        show::written(&out, bytes.len(), ("bytes", "bytes"), json);
        Ok(Exit::Success)
    }
}

/// Shows what the compiler says, and returns the last line, which says what it comes to.
fn failed(message: &str) -> Error {
    let (compiler, last) = message.rsplit_once('\n').unwrap_or(("", message));
    compiler.lines().for_each(|line| show::note(&show::printable(line)));
    Error::Build(last.to_owned())
}

fn default_name(folder: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    PathBuf::from(name.unwrap_or_else(|| "connector".to_owned()) + ".wasm")
}
