//! `inspect` and `component`: the component as a file.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, json};

use super::{Common, Error, Exit, show};
use crate::plugin::{Artefact, Facts};

#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// Component to inspect instead of the built-in one or that of --component
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Inspect {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        let path = self.file.as_ref().or(common.component.as_ref());
        let bytes = common.read(path.map(PathBuf::as_path))?;
        let facts = Facts::read(&bytes).map_err(|error| Error::Load { component: path.cloned(), error })?;
        let Artefact { bytes, gzip_bytes, digest } = Artefact::of(&bytes);
        if common.json {
            let metadata: Map<_, _> = facts.metadata.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
            let report = json!({
                "bytes": bytes,
                "gzip-bytes": gzip_bytes,
                "digest": digest.to_string(),
                "imports": facts.imports,
                "exports": facts.exports,
                "memory-minimum": facts.memory_minimum,
                "metadata": metadata,
            });
            say!("{report:#}");
            return Ok(Exit::Success);
        }
        let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join("\n") };
        show::item("size", &format!("{bytes} bytes, {gzip_bytes} with gzip"));
        show::item("digest", &digest.to_string());
        show::item("imports", &list(&facts.imports));
        show::item("exports", &list(&facts.exports));
        show::item("memory", &format!("at least {} KiB", facts.memory_minimum / 1024));
        for (name, text) in &facts.metadata {
            show::item(name, text);
        }
        Ok(Exit::Success)
    }
}

#[derive(Debug, Args)]
pub(super) struct Write {
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Write {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        let bytes = common.read(None)?;
        fs::write(&self.out, &bytes).map_err(|error| Error::file("write", &self.out, &error))?;
        if common.json {
            say!("{:#}", json!({ "file": self.out, "bytes": bytes.len() }));
        } else {
            show::item("written", &format!("{}, {} bytes", self.out.display(), bytes.len()));
        }
        Ok(Exit::Success)
    }
}
