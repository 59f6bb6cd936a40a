//! Takes a run to its end, or stops it, and shows what came of it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connector_core::NotSaved;
use connector_host::records::Compression;
use connector_host::{Completed, Error as HostError, OperationRun};

use super::progress::Progress;
use super::target::{Spool, Target};
use super::{Call, result};
use crate::advice::advised;
use crate::error::{Error, Exit};
use crate::network::failed;
use crate::stopped::stopped;

impl Call {
    pub(super) async fn run(&self, mut run: OperationRun, json: bool) -> Result<Exit, Error> {
        let target = &self.target;
        let (mut sink, spool) = target.open()?;
        let mut progress = Progress::new(json, self.options.answers.verbose.is_on());
        // Dropping the future cancels the operation.
        let ended = tokio::select! {
            ended = run.complete_into(&mut *sink, |event| progress.show(&event)) => Some(ended),
            () = stopped() => None,
        };
        progress.clear();
        drop(sink);
        match ended {
            None => Ok(self.resuming.cancelled(&run, json)),
            Some(Ok(Completed::Done(outcome))) => {
                result::outcome(&outcome, target, json)?;
                Ok(Exit::Success)
            }
            Some(Ok(Completed::Downloaded(downloaded))) => {
                if !keep(target, spool, downloaded.compression).await? {
                    return Ok(self.resuming.cancelled(&run, json));
                }
                result::download(&downloaded, target, json);
                Ok(Exit::Success)
            }
            // A reader that went away has read enough.
            Some(Err(HostError::Sink(error))) if target.out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(Exit::Success)
            }
            Some(Err(error)) => {
                let saved = run.save();
                let repeatable = !matches!(saved, Err(NotSaved::Unknown));
                self.resuming.failed(saved, json)?;
                match advised(error, repeatable, Some(&run.operation().effect)) {
                    HostError::Sink(error) => {
                        let name = target.out.as_deref().unwrap_or(Path::new("standard output"));
                        Err(Error::file("write", name, &error))
                    }
                    error => failed(error, json),
                }
            }
        }
    }
}

/// Puts a whole download where it belongs. False: it was interrupted.
async fn keep(target: &Target, spool: Spool, compression: Compression) -> Result<bool, Error> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let (target, stop) = (target.clone(), Arc::clone(&cancelled));
    let mut kept = tokio::task::spawn_blocking(move || target.keep(spool, compression, &stop));
    tokio::select! {
        kept = &mut kept => kept.map_err(|error| Error::Use(error.to_string()))??,
        () = stopped() => {
            cancelled.store(true, Ordering::Relaxed);
            if kept.await.is_ok_and(|kept| kept.is_err()) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
