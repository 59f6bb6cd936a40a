//! What is published, as files in one directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use connector_host::{ComponentInfo, Digest};
use nexthink_component::NEXTHINK;

use crate::contract::Contract;
use crate::error::{Error, read, write};
use crate::{kit, linked, sbom};

/// The file with the sums of the others, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// Everything that is published.
pub struct Package {
    /// Version of the connector.
    pub version: String,
    /// Name of the file with the component.
    pub component_file: String,
    /// Name of the file with the contract.
    pub contract_file: String,
    /// What the component says about itself, which its build took from
    /// `Cargo.toml`.
    about: Vec<(String, String)>,
    /// The contract.
    pub contract: Contract,
    /// Names and bytes, sorted by name.
    files: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// Makes it from the component that was built along with this program and from
    /// the directory that this runs in, the root of the repository.
    pub fn make() -> Result<Self, Error> {
        let info = ComponentInfo::read(NEXTHINK).map_err(|error| Error::Refused(format!("the component: {error}")))?;
        let about = info.metadata;
        let value = |key| value(&about, key).map(str::to_owned);
        let (name, version) = (value("name")?, value("version")?);
        let contract = Contract::read(Path::new("wit"), &about)?;
        let bill = sbom::write(&linked::crates()?, &Digest::of(NEXTHINK).hex(), &linked::standard_library(NEXTHINK)?);
        let kit = format!("{name}-{version}-conformance");
        let component_file = format!("{name}-{version}.wasm");
        let contract_file = format!("{}-{}-{}.wasm", contract.namespace, contract.name, contract.version());
        let mut files = vec![
            (component_file.clone(), NEXTHINK.to_vec()),
            (contract_file.clone(), contract.bytes.clone()),
            (format!("{name}-{version}.cdx.json"), bill.into_bytes()),
            (format!("{kit}.tar.gz"), kit::pack(Path::new("fixtures"), &kit)?),
        ];
        files.sort();
        Ok(Self { version, component_file, contract_file, about, contract, files })
    }

    /// Returns what the component says about itself under a name.
    pub fn value(&self, key: &str) -> Result<&str, Error> {
        value(&self.about, key)
    }

    /// Writes the files and their sums into a directory, in place of what an earlier
    /// run wrote there.
    ///
    /// # Errors
    ///
    /// Refuses a directory with anything else in it, and leaves it as it is.
    pub fn write(&self, out: &Path) -> Result<(), Error> {
        self.clear(out)?;
        for (name, bytes) in &self.files {
            write(&out.join(name), bytes)?;
        }
        let sums = self.sums();
        write(&out.join(SUMS), sums.as_bytes())?;
        print!("{sums}");
        Ok(())
    }

    /// Refuses a directory that holds other bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the first file that differs.
    pub fn compare(&self, folder: &Path) -> Result<(), Error> {
        for (name, bytes) in &self.files {
            if read(&folder.join(name))? != *bytes {
                let path = folder.join(name);
                return Err(Error::Refused(format!(
                    "{} is not what the sources give; run `make package` again",
                    path.display()
                )));
            }
        }
        Ok(())
    }

    fn sums(&self) -> String {
        self.files
            .iter()
            .fold(String::new(), |sums, (name, bytes)| sums + &Digest::of(bytes).hex() + "  " + name + "\n")
    }

    fn clear(&self, out: &Path) -> Result<(), Error> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| Error::File { verb: "prepare", path, source }
        };
        fs::create_dir_all(out).map_err(failed(out))?;
        let entries: Result<Vec<PathBuf>, _> =
            fs::read_dir(out).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
        let entries = entries.map_err(failed(out))?;
        let sums = fs::read_to_string(out.join(SUMS)).unwrap_or_default();
        let earlier = sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name);
        let ours: Vec<_> = self.files.iter().map(|(name, _)| name.as_str()).chain(earlier).chain([SUMS]).collect();
        let is_ours = |path: &Path| ours.iter().any(|name| path.file_name().is_some_and(|given| given == *name));
        if let Some(other) = entries.iter().find(|path| !is_ours(path)) {
            return Err(Error::Refused(format!(
                "{} was not written by an earlier run; name an empty directory, or remove it",
                other.display()
            )));
        }
        entries.iter().try_for_each(|path| fs::remove_file(path).map_err(failed(path)))
    }
}

fn value<'a>(about: &'a [(String, String)], key: &str) -> Result<&'a str, Error> {
    let found = about.iter().find_map(|(name, text)| (name == key).then_some(text.as_str()));
    found.ok_or_else(|| Error::Refused(format!("the component does not say its {key}")))
}
