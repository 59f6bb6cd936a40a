//! Files that a command reads and writes, all of them here: what an argument names may be
//! a device, a pipe or a link that someone else has put there.

mod draft;
mod read;

pub(crate) use draft::{Draft, Mode, check_new, failed, write};
pub(crate) use read::{Kind, argument, check, read, recording, stdin};
