//! Ctrl-C: the first asks an operation to stop, the second ends the program.

use std::process;
use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::{Error, Exit};
use crate::session::Cancel;

/// Cancels when the user or the system asks the program to stop.
pub(super) fn cancel_on_signal(cancel: &Arc<Cancel>) -> Result<(), Error> {
    let wrong = |error: std::io::Error| Error::Use(format!("signals cannot be watched: {error}"));
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(wrong)?;
    let cancel = Arc::clone(cancel);
    let watch = move || {
        for _ in signals.forever() {
            if cancel.is_cancelled() {
                process::exit(Exit::Failed as i32);
            }
            cancel.cancel();
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop).map_err(wrong)
}
