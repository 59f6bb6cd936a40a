//! What a component says about itself, read before anything is compiled.

use wasmparser::{Encoding, KnownCustom, Parser, Payload};

use super::load_error::LoadError;

/// What a component says about itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ComponentInfo {
    /// Names of everything it imports.
    pub imports: Vec<String>,
    /// Names of everything it exports.
    pub exports: Vec<String>,
    /// Least memory of its core modules together, in bytes.
    pub memory_minimum: u64,
    /// Name and text of the metadata in it, such as `version`.
    pub metadata: Vec<(String, String)>,
}

/// Metadata sections that hold plain text (WebAssembly tool conventions, as
/// `wasm-metadata` writes them).
const TEXT_SECTIONS: [&str; 7] = ["version", "description", "licenses", "authors", "source", "homepage", "revision"];

/// How the names of the contract's interfaces begin.
const CONTRACT: &str = "integration:provider/";

/// Size of a page of linear memory.
const PAGE: u64 = 64 * 1024;

impl ComponentInfo {
    /// Reads a component.
    ///
    /// # Errors
    ///
    /// What the bytes are instead of a component.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let info = connector_host::ComponentInfo::read(&std::fs::read("acme.wasm")?)?;
    /// println!("exports {:?}, imports {:?}", info.exports, info.imports);
    /// if info.exports_interface("operations") {
    ///     println!("it offers operations beside {:?}", info.interfaces());
    /// }
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, LoadError> {
        if Parser::is_core_wasm(bytes) {
            return Err(LoadError::CoreModule);
        }
        if !Parser::is_component(bytes) {
            return Err(LoadError::NotWebAssembly);
        }
        Self::parse(bytes).map_err(|error| LoadError::Broken { at: error.offset() })
    }

    fn parse(bytes: &[u8]) -> wasmparser::Result<Self> {
        let mut info = Self::default();
        // Modules and components nest; only the outermost one counts.
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version { encoding: Encoding::Component | Encoding::Module, .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(imports) if depth == 1 => {
                    for import in imports {
                        info.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 1 => {
                    for export in exports {
                        info.exports.push(export?.name.name.to_owned());
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        let bytes = memory?.initial.saturating_mul(PAGE);
                        info.memory_minimum = info.memory_minimum.saturating_add(bytes);
                    }
                }
                Payload::CustomSection(section) if depth == 1 => info.metadata.extend(text(&section)),
                _ => {}
            }
        }
        Ok(info)
    }

    /// Returns the short names of the interfaces of the contract that it exports.
    pub fn interfaces(&self) -> Vec<&str> {
        let named = self.exports.iter().filter_map(|name| name.strip_prefix(CONTRACT));
        named.filter_map(|name| name.split('@').next()).collect()
    }

    /// Returns whether it exports an interface of the contract, in any version of
    /// the track that this host speaks.
    pub fn exports_interface(&self, interface: &str) -> bool {
        let prefix = format!("{CONTRACT}{interface}@0.1.");
        self.exports.iter().any(|name| name.starts_with(&prefix))
    }
}

fn text(section: &wasmparser::CustomSectionReader<'_>) -> Option<(String, String)> {
    if let KnownCustom::ComponentName(names) = section.as_known() {
        let named = names.into_iter().flatten().find_map(|name| match name {
            wasmparser::ComponentName::Component { name, .. } => Some(name.to_owned()),
            _ => None,
        });
        return named.map(|name| ("name".to_owned(), name));
    }
    let known = TEXT_SECTIONS.contains(&section.name());
    let text = std::str::from_utf8(section.data()).ok().filter(|_| known)?;
    Some((section.name().to_owned(), text.to_owned()))
}
