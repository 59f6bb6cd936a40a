//! Where a result goes: to a file, whole or not at all, or to standard output.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::Args;
use connector_host::records::{Compression, Operation};
use tempfile::{Builder, TempPath};
use tokio::io::AsyncWrite;

use super::decompress::decompress;
use crate::error::Error;

/// Where a result goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Target {
    /// Write the result to this file
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub(super) force: bool,
    /// Decompress a download
    #[arg(long)]
    decompress: bool,
}

/// A download that is not whole yet. The file is removed when dropped.
pub(super) struct Spool {
    path: Option<TempPath>,
}

impl Target {
    /// Refuses what cannot end well, before anything is sent.
    pub(super) fn check(&self, operation: &Operation, json: bool) -> Result<(), Error> {
        if let Some(path) = self.out.as_ref().filter(|path| !self.force && path.symlink_metadata().is_ok()) {
            return Err(Error::Use(format!("{} exists; --force overwrites it", path.display())));
        }
        if operation.gives_file() && self.out.is_none() && (json || io::stdout().is_terminal()) {
            return Err(Error::Use(format!("{} ends with a file; --out FILE names where to put it", operation.id)));
        }
        Ok(())
    }

    /// Opens the sink of a download, and what becomes of that in the end.
    pub(super) fn open(&self) -> Result<(Box<dyn AsyncWrite + Send + Unpin>, Spool), Error> {
        if self.out.is_none() && io::stdout().is_terminal() {
            // A terminal is no place for a file: `check` has refused those that say so.
            return Ok((Box::new(tokio::io::sink()), Spool { path: None }));
        }
        if self.out.is_none() && !self.decompress {
            return Ok((Box::new(tokio::io::stdout()), Spool { path: None }));
        }
        let (file, path) = self.beside()?;
        let file = tokio::io::BufWriter::new(tokio::fs::File::from_std(file));
        Ok((Box::new(file), Spool { path: Some(path) }))
    }

    /// Puts a whole download where it belongs.
    pub(super) fn keep(&self, spool: Spool, compression: Compression, cancelled: &AtomicBool) -> Result<(), Error> {
        let Some(path) = spool.path else { return Ok(()) };
        if !self.decompress || compression == Compression::None {
            return match &self.out {
                Some(out) => self.rename(path, out),
                None => self.copy(&path, Compression::None, &mut io::stdout(), cancelled),
            };
        }
        match &self.out {
            None => self.copy(&path, compression, &mut io::stdout(), cancelled),
            Some(out) => {
                let (file, plain) = self.beside()?;
                let mut file = BufWriter::new(file);
                self.copy(&path, compression, &mut file, cancelled)?;
                file.flush().map_err(|error| Error::file("write", out, &error))?;
                self.rename(plain, out)
            }
        }
    }

    /// Writes a result that is here already.
    pub(super) fn write(&self, text: &str) -> Result<(), Error> {
        let Some(out) = &self.out else { return Ok(()) };
        let (mut file, path) = self.beside()?;
        file.write_all(text.as_bytes()).map_err(|error| Error::file("write", out, &error))?;
        self.rename(path, out)
    }

    /// Makes a file in the folder of the result, so that it can be renamed, or where temporary
    /// files are.
    fn beside(&self) -> Result<(File, TempPath), Error> {
        let mut builder = Builder::new();
        builder.prefix(".download-");
        let made = match &self.out {
            Some(out) => {
                let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
                builder.tempfile_in(folder.unwrap_or(Path::new(".")))
            }
            None => builder.tempfile(),
        };
        let name = self.out.as_deref().unwrap_or(Path::new("a temporary file"));
        made.map(tempfile::NamedTempFile::into_parts).map_err(|error| Error::file("write", name, &error))
    }

    fn rename(&self, path: TempPath, out: &Path) -> Result<(), Error> {
        let failed = |error: io::Error| Error::file("write", out, &error);
        File::open(&path).and_then(|file| file.sync_all()).map_err(failed)?;
        let renamed = if self.force { path.persist(out) } else { path.persist_noclobber(out) };
        renamed.map_err(|error| failed(error.error))
    }

    fn copy(
        &self,
        path: &Path,
        compression: Compression,
        sink: &mut dyn Write,
        cancelled: &AtomicBool,
    ) -> Result<(), Error> {
        let name = self.out.as_deref().unwrap_or(Path::new("standard output"));
        let copied = File::open(path)
            .and_then(|file| decompress(&mut BufReader::new(file), compression, sink, cancelled))
            .and_then(|_| sink.flush());
        copied.map_err(|error| Error::file("write", name, &error))
    }
}
