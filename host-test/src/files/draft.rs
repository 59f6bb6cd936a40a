//! Writes files: whole or not at all, and never through a link.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, linkat};
use tempfile::{Builder, TempPath};

use crate::error::Error;

/// How a temporary name begins, where one is needed.
const PREFIX: &str = ".host-test-";

/// Who may read a new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// Its owner: data of a tenant.
    Private,
    /// Whoever the umask allows: nothing of a tenant.
    Public,
}

impl Mode {
    fn bits(self) -> u32 {
        match self {
            Self::Private => 0o600,
            Self::Public => 0o666,
        }
    }
}

/// A file that has no name yet, in the folder it is for. It is gone with the program,
/// however that ends. On a file system without such files it has a temporary name, and is
/// removed when dropped. `write_new` of `connector-recordings` always has that name, which a
/// program that a second Ctrl-C ends leaves behind.
pub(crate) struct Draft {
    file: File,
    name: Option<TempPath>,
    path: PathBuf,
}

impl Draft {
    /// Begins a file.
    pub(crate) fn new(path: &Path, mode: Mode) -> Result<Self, Error> {
        let (file, name) = match unnamed(folder(path), mode) {
            Some(file) => (file, None),
            None => named(folder(path), mode).map_err(|error| failed(path, &error))?,
        };
        Ok(Self { file, name, path: path.to_owned() })
    }

    /// Returns the file, to be written.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Gives the file its name. One that is there is replaced only if `force` is given.
    pub(crate) fn keep(self, force: bool) -> Result<(), Error> {
        let path = &self.path;
        check_new(path, force)?;
        let kept = self.file.sync_all().and_then(|()| match self.name {
            Some(name) if force => name.persist(path).map_err(|error| error.error),
            Some(name) => name.persist_noclobber(path).map_err(|error| error.error),
            None if force => {
                // A link replaces nothing, a rename does.
                let beside = Builder::new().prefix(PREFIX).make_in(folder(path), |beside| link(&self.file, beside))?;
                beside.into_temp_path().persist(path).map_err(|error| error.error)
            }
            None => link(&self.file, path),
        });
        kept.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => failed(path, &error),
        })
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a file without a name, where system and file system have such.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path, mode: Mode) -> Option<File> {
    use rustix::fs::{OFlags, open};

    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    open(folder, flags, rustix::fs::Mode::from_raw_mode(mode.bits())).ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path, _: Mode) -> Option<File> {
    None
}

fn named(folder: &Path, mode: Mode) -> io::Result<(File, Option<TempPath>)> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).permissions(Permissions::from_mode(mode.bits()));
    let (file, path) = builder.tempfile_in(folder)?.into_parts();
    Ok((file, Some(path)))
}

fn link(file: &File, path: &Path) -> io::Result<()> {
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, unnamed, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// Writes a file at once.
pub(crate) fn write(path: &Path, bytes: &[u8], mode: Mode, force: bool) -> Result<(), Error> {
    check_new(path, force)?;
    let draft = Draft::new(path, mode)?;
    draft.file().write_all(bytes).map_err(|error| failed(path, &error))?;
    draft.keep(force)
}

/// Refuses to write where something is that must stay: a link, a device, a folder, and
/// without `force` a file.
pub(crate) fn check_new(path: &Path, force: bool) -> Result<(), Error> {
    let refused = |reason: &str| Err(Error::File { verb: "write", path: path.to_owned(), reason: reason.to_owned() });
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(found) if found.is_symlink() => refused("this is a symbolic link; name the file itself, or a new one"),
        Ok(found) if found.is_dir() => Err(failed(path, &io::ErrorKind::IsADirectory.into())),
        Ok(found) if !found.is_file() => refused("this is a device or a pipe; name a file"),
        Ok(_) if force => Ok(()),
        Ok(_) => Err(exists(path)),
    }
}

fn exists(path: &Path) -> Error {
    Error::Use(format!("{} exists; --force overwrites it", path.display()))
}

/// Describes why a file cannot be written, and what helps where there is no room for it.
pub(crate) fn failed(path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, or name a file on another disk",
        io::ErrorKind::FileTooLarge => "raise the limit of this session (ulimit -f), or name a file on another disk",
        io::ErrorKind::ReadOnlyFilesystem => "name a file on another disk",
        _ => return Error::file("write", path, error),
    };
    Error::File { verb: "write", path: path.to_owned(), reason: format!("{error}; {hint}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_disk_without_room_is_named_with_its_reason_and_what_helps() {
        for (kind, hint) in [
            (io::ErrorKind::StorageFull, "free some space"),
            (io::ErrorKind::QuotaExceeded, "free some space"),
            (io::ErrorKind::FileTooLarge, "ulimit -f"),
            (io::ErrorKind::ReadOnlyFilesystem, "another disk"),
        ] {
            let source = io::Error::from(kind);
            let start = format!("cannot write to/one.har: {source}; ");
            let error = failed(Path::new("to/one.har"), &source);
            let said = error.to_string();
            assert!(said.starts_with(&start) && said.contains(hint), "{said}");
            assert_eq!((error.exit(), error.code()), (Exit::Use, "file"));
        }
    }

    #[test]
    fn a_file_appears_whole_with_and_without_a_temporary_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for (number, named_file) in [false, true, false, true].into_iter().enumerate() {
            let draft = if named_file {
                let (file, name) = named(folder.path(), Mode::Private).unwrap();
                Draft { file, name, path: path.clone() }
            } else {
                Draft::new(&path, Mode::Private).unwrap()
            };
            draft.file().write_all(number.to_string().as_bytes()).unwrap();
            draft.keep(number > 0).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), number.to_string());
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing beside it");
            let again = Draft::new(&path, Mode::Private).unwrap().keep(false).unwrap_err();
            assert_eq!(again.to_string(), format!("{} exists; --force overwrites it", path.display()));
        }
    }
}
