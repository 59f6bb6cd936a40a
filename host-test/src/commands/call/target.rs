//! Where a result goes: to a file, whole or not at all, or to standard output.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use bytesize::ByteSize;
use clap::Args;
use connector_host::records::{Compression, Operation};
use tokio::io::AsyncWrite;

use super::decompress::{Sink, Stopped, decompress};
use crate::error::Error;
use crate::files::{self, Draft, Mode, check_new};

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
    /// Decompress no more than this, such as 500MB or 20GiB: some hundred million rows fit
    #[arg(long, value_name = "SIZE", default_value = "10GB", requires = "decompress")]
    max_size: ByteSize,
}

/// A download that is not whole yet. What is not kept is gone.
pub(super) enum Spool {
    /// It goes to standard output, or nowhere.
    None,
    /// It is for standard output, once decompressed.
    Unnamed(File),
    /// It is for a file.
    Draft(Draft),
}

impl Target {
    /// Refuses what cannot end well, before anything is sent.
    pub(super) fn check(&self, operation: &Operation, json: bool) -> Result<(), Error> {
        if let Some(path) = &self.out {
            check_new(path, self.force)?;
        }
        if operation.gives_file() && self.out.is_none() && (json || io::stdout().is_terminal()) {
            return Err(Error::Use(format!("{} ends with a file; --out FILE names where to put it", operation.id)));
        }
        Ok(())
    }

    /// Opens the sink of a download, and what becomes of that in the end.
    pub(super) fn open(&self) -> Result<(Box<dyn AsyncWrite + Send + Unpin>, Spool), Error> {
        let failed = |error: io::Error| files::failed(self.name(), &error);
        let spool = match &self.out {
            // A terminal is no place for a file: `check` has refused those that say so.
            None if io::stdout().is_terminal() => return Ok((Box::new(tokio::io::sink()), Spool::None)),
            None if !self.decompress => return Ok((Box::new(tokio::io::stdout()), Spool::None)),
            None => Spool::Unnamed(tempfile::tempfile().map_err(failed)?),
            Some(out) => Spool::Draft(Draft::new(out, Mode::Private)?),
        };
        let file = match &spool {
            Spool::Unnamed(file) => file.try_clone(),
            Spool::Draft(draft) => draft.file().try_clone(),
            Spool::None => return Ok((Box::new(tokio::io::sink()), spool)),
        };
        let file = tokio::fs::File::from_std(file.map_err(failed)?);
        Ok((Box::new(tokio::io::BufWriter::new(file)), spool))
    }

    /// Puts a whole download where it belongs.
    pub(super) fn keep(&self, spool: Spool, compression: Compression, cancelled: &AtomicBool) -> Result<(), Error> {
        match spool {
            Spool::None => Ok(()),
            Spool::Unnamed(mut file) => self.unpack(&mut file, compression, &mut io::stdout(), cancelled),
            Spool::Draft(draft) if !self.decompress || compression == Compression::None => draft.keep(self.force),
            Spool::Draft(draft) => {
                let plain = Draft::new(self.name(), Mode::Private)?;
                self.unpack(&mut draft.file(), compression, &mut BufWriter::new(plain.file()), cancelled)?;
                plain.keep(self.force)
            }
        }
    }

    /// Writes a result that is here already.
    pub(super) fn write(&self, text: &str) -> Result<(), Error> {
        self.out.as_ref().map_or(Ok(()), |out| files::write(out, text.as_bytes(), Mode::Private, self.force))
    }

    fn name(&self) -> &Path {
        self.out.as_deref().unwrap_or(Path::new("standard output"))
    }

    fn unpack(
        &self,
        mut file: &mut (impl io::Read + io::Seek),
        compression: Compression,
        to: &mut dyn Write,
        cancelled: &AtomicBool,
    ) -> Result<(), Error> {
        let read = |error: io::Error| Error::file("read", Path::new("the download"), &error);
        let length = file.seek(io::SeekFrom::End(0)).map_err(read)?;
        file.rewind().map_err(read)?;
        let mut sink = Sink::new(to, cancelled, self.max_size, length);
        let unpacked = decompress(&mut BufReader::new(&mut file), compression, &mut sink);
        let unpacked = unpacked.and_then(|()| to.flush().map_err(Stopped::Sink));
        unpacked.map_err(|stopped| match stopped {
            Stopped::Unpackable(error) => error.into(),
            Stopped::Source(error) => read(error),
            Stopped::Sink(error) => files::failed(self.name(), &error),
            Stopped::Cancelled => Error::Use("cancelled".to_owned()),
        })
    }
}
