//! The conformance kit: the recordings, packed for those who drive a component in a
//! runtime of their own.

use std::fs;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};
use walkdir::{DirEntry, WalkDir};

use crate::error::Error;

/// When everything in the kit was changed, in seconds since 1970: the start of 1980,
/// which no format takes for an error. The true times differ from checkout to
/// checkout.
const CHANGED: u64 = 315_532_800;

/// Operating system in the head of the file: unknown, so that it is the same on all
/// (RFC 1952, section 2.3.1).
const ANY_SYSTEM: u8 = 255;

/// Packs all files below `from` into a compressed archive, below the directory
/// `name`: sorted by name, of one time and of nobody.
pub fn pack(from: &Path, name: &str) -> Result<Vec<u8>, Error> {
    let entries: Result<Vec<_>, _> = WalkDir::new(from).follow_links(true).sort_by_file_name().into_iter().collect();
    let unread = |error: walkdir::Error| Error::File { verb: "read", path: from.to_owned(), source: error.into() };
    let files = entries.map_err(unread)?.into_iter().filter(|entry| !entry.file_type().is_dir());
    let encoder = GzBuilder::new().operating_system(ANY_SYSTEM).write(Vec::new(), Compression::best());
    let mut archive = Builder::new(encoder);
    for path in files.map(DirEntry::into_path) {
        let failed = |source| Error::File { verb: "pack", path: path.clone(), source };
        let bytes = fs::read(&path).map_err(failed)?;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(CHANGED);
        header.set_size(bytes.len() as u64);
        let below = path.strip_prefix(from).unwrap_or(&path);
        archive.append_data(&mut header, Path::new(name).join(below), &bytes[..]).map_err(failed)?;
    }
    let finished = archive.into_inner().and_then(flate2::write::GzEncoder::finish);
    finished.map_err(|source| Error::File { verb: "pack", path: from.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;

    use super::pack;

    #[test]
    fn the_kit_depends_on_names_and_contents_alone() {
        let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for (folder, order) in [(&one, ["b.har", "a/c.har"]), (&two, ["a/c.har", "b.har"])] {
            fs::create_dir(folder.path().join("a")).unwrap();
            for name in order {
                fs::write(folder.path().join(name), format!("recording {name}")).unwrap();
            }
        }
        let old = fs::File::open(two.path().join("b.har")).unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
        let kit = pack(one.path(), "kit").unwrap();
        assert!(kit == pack(two.path(), "kit").unwrap());

        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&kit[..]));
        let mut unpacked = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            unpacked.push((entry.path().unwrap().display().to_string(), text));
        }
        let expected = [("kit/a/c.har", "recording a/c.har"), ("kit/b.har", "recording b.har")];
        assert_eq!(unpacked, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
}
