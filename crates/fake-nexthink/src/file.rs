//! Reads files that the command line names.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::Error;

/// Reads a regular file of at most so many bytes: a pipe may have no writer, and a device no end.
pub(crate) fn read(path: &Path, limit: u32) -> Result<Zeroizing<String>, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let found = fs::metadata(path).map_err(failed)?;
    if !found.is_file() {
        return Err(failed(io::Error::other("it is a directory, a pipe or a device; name a regular file")));
    }
    if found.len() > limit.into() {
        let text = format!("it has more than {limit} bytes; name a shorter file");
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, text)));
    }
    // Room for all of it, so that a secret is not copied on the way.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(found.len()).unwrap_or_default() + 1));
    File::open(path).and_then(|file| file.take(limit.into()).read_to_string(&mut text)).map_err(failed)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let [file, pipe] = ["file", "pipe"].map(|name| folder.path().join(name));
        fs::write(&file, "12345678").unwrap();
        assert_eq!(**read(&file, 8).unwrap(), *"12345678");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let irregular = "it is a directory, a pipe or a device; name a regular file";
        for (path, limit, reason) in [
            (&*file, 7, "it has more than 7 bytes; name a shorter file"),
            (&*pipe, 8, irregular),
            (Path::new("/dev/zero"), 8, irregular),
            (folder.path(), 8, irregular),
        ] {
            assert_eq!(read(path, limit).unwrap_err().to_string(), format!("{}: {reason}", path.display()));
        }
    }
}
