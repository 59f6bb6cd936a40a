//! `inspect` and `component`: the component as a file.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use connector_host::{ComponentInfo, Connector, Digest};
use flate2::Compression;
use flate2::write::GzEncoder;
use nexthink_component::NEXTHINK;
use serde_json::{Map, json};

use crate::error::{Error, Exit};
use crate::files::{self, Mode};
use crate::loading::Loading;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Component to inspect instead of the built-in one or that of --component
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    loading: Loading,
}

impl Inspect {
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        let path = self.file.as_ref().or(self.loading.source.component.as_ref());
        let bytes = self.loading.source.read(path.map(PathBuf::as_path))?;
        let info = ComponentInfo::read(&bytes).map_err(|error| Error::Load { component: path.cloned(), error })?;
        // What cannot be called is still shown as a file.
        let component = self.loading.loader(path.map(PathBuf::as_path))?().ok();
        let connector = component.and_then(|component| Connector::new(component).ok());
        let connector = connector.filter(|connector| connector.operations().is_ok());
        let (digest, gzip_bytes, bytes) = (Digest::of(&bytes), gzip_length(&bytes), bytes.len());
        if json {
            let metadata: Map<_, _> = info.metadata.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
            let mut report = json!({
                "bytes": bytes,
                "gzip-bytes": gzip_bytes,
                "digest": digest.to_string(),
                "imports": info.imports,
                "exports": info.exports,
                "memory-minimum": info.memory_minimum,
                "metadata": metadata,
            });
            if let Some(connector) = &connector {
                report["domains"] = json!(connector.definition().domains);
                report["download-domains"] = json!(connector.download_domains()?);
            }
            show::json(&report);
            return Ok(Exit::Success);
        }
        let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join("\n") };
        show::item("size", &format!("{bytes} bytes, {gzip_bytes} with gzip"));
        show::item("digest", &digest.to_string());
        show::item("imports", &list(&info.imports));
        show::item("exports", &list(&info.exports));
        show::item("memory", &format!("at least {} KiB", info.memory_minimum / 1024));
        match &connector {
            Some(connector) => show::reach(connector)?,
            None => show::item("hosts", "not known, for it cannot be called"),
        }
        for (name, text) in &info.metadata {
            show::item(name, text);
        }
        Ok(Exit::Success)
    }
}

/// Returns the length with gzip, as registries transfer it.
pub(crate) fn gzip_length(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_or(0, |compressed| compressed.len())
}

#[derive(Debug, Args)]
pub(crate) struct Write {
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Write {
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        files::write(&self.out, NEXTHINK, Mode::Public, true)?;
        show::written(&self.out, NEXTHINK.len(), ("bytes", "bytes"), json);
        Ok(Exit::Success)
    }
}
