//! Who compiles a component, and where its code is kept.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::compile_child;
use super::digest::Digest;
use super::load_error::LoadError;

/// Components whose code is kept in one directory, the last ones used.
const KEPT: usize = 32;

/// Who compiles a component, and where its code is kept.
///
/// To compile takes time and memory that no proportion to a component's size bounds, and a
/// thread that compiles cannot be stopped. What comes from others is therefore compiled in
/// a [child process](Self::in_child), which the operating system stops.
///
/// ```no_run
/// use connector_host::{Compiler, Component, Limits};
///
/// // `main` of this program calls `connector_host::compile_child` for this argument.
/// let compiler = Compiler::in_child(std::env::current_exe()?, ["compile-component"]);
/// let bytes = std::fs::read("acme.wasm")?;
/// let component = Component::load_with(&compiler.keep_in("/var/lib/platform/compiled"), &bytes, Limits::default())?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Compiler {
    child: Option<ChildProgram>,
    directory: Option<PathBuf>,
}

/// A program that calls [`compile_child`](crate::compile_child), with its arguments.
#[derive(Debug, Clone)]
pub(super) struct ChildProgram {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
}

impl Compiler {
    /// A compiler in this process, for components that are trusted.
    pub fn in_process() -> Self {
        Self { child: None, directory: None }
    }

    /// A compiler in a child process, which gets ten seconds of processor time and 1 GiB of
    /// memory where the operating system can limit them (Unix), and two minutes anywhere.
    /// `program` calls [`compile_child`](crate::compile_child) when it gets these arguments.
    pub fn in_child(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { child: Some(ChildProgram { path: program.into(), arguments }), directory: None }
    }

    /// Keeps compiled code in a directory, named by what it was compiled from: a second start
    /// compiles nothing. The code of the last 32 components is kept.
    ///
    /// The directory has to be private: code in it is run as it is. Where it cannot be used,
    /// nothing is kept.
    pub fn keep_in(self, directory: impl Into<PathBuf>) -> Self {
        Self { directory: Some(directory.into()), ..self }
    }

    /// Compiles a component whose structure was checked, or finds its code.
    pub(super) fn compile(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
        let place = self.directory.as_ref().map(|directory| Place::new(directory, engine, bytes));
        if let Some(component) = place.as_ref().and_then(|place| place.open(engine)) {
            return Ok(component);
        }
        let code = match &self.child {
            Some(program) => compile_child::run(program, bytes)?,
            None => engine.precompile_component(bytes).map_err(|error| LoadError::Invalid(format!("{error:#}")))?,
        };
        // A directory that cannot be written costs time at the next start, and no more.
        let kept = place.filter(|place| place.keep(&code).is_ok()).and_then(|place| place.open(engine));
        match kept {
            Some(component) => Ok(component),
            None => run_as_it_is(engine, &Code::Bytes(&code)),
        }
    }
}

/// The file for the code of one component, compiled for one engine.
struct Place<'a> {
    directory: &'a Path,
    name: String,
}

impl<'a> Place<'a> {
    fn new(directory: &'a Path, engine: &Engine, bytes: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let digest = Digest::of(bytes).to_string().replace(':', "-");
        Self { directory, name: format!("{digest}-{:016x}.code", hasher.finish()) }
    }

    fn open(&self, engine: &Engine) -> Option<Component> {
        let path = self.directory.join(&self.name);
        // No link to anything else.
        fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let component = run_as_it_is(engine, &Code::File(&path)).ok()?;
        // Marks it as used; where that fails, it goes earlier.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(component)
    }

    /// Writes the code so that others see all of it or nothing, also after a loss of power.
    fn keep(&self, code: &[u8]) -> io::Result<()> {
        let mut beside = tempfile::Builder::new().suffix(".tmp").tempfile_in(self.directory)?;
        beside.write_all(code)?;
        beside.as_file().sync_all()?;
        beside.persist(self.directory.join(&self.name))?;
        self.forget_old()
    }

    fn forget_old(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.directory)? {
            let entry = entry?;
            let name = entry.file_name();
            if Path::new(&name).extension().is_some_and(|extension| extension == "code" || extension == "tmp") {
                files.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        files.sort();
        let old = files.len().saturating_sub(KEPT);
        files[..old].iter().try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// Compiled code that this host made.
enum Code<'a> {
    Bytes(&'a [u8]),
    File(&'a Path),
}

#[expect(unsafe_code, reason = "code that the host compiled before is run as it is, which is what it is kept for")]
fn run_as_it_is(engine: &Engine, code: &Code<'_>) -> Result<Component, LoadError> {
    // SAFETY: the bytes come from `precompile_component`, in this process or in a child that
    // is this program; the file is in a directory that is private to this host, was renamed
    // into it when it was whole, and Wasmtime checks release and configuration.
    let component = unsafe {
        match code {
            Code::Bytes(bytes) => Component::deserialize(engine, bytes),
            Code::File(path) => Component::deserialize_file(engine, path),
        }
    };
    component.map_err(|error| LoadError::Invalid(format!("the code cannot be run: {error:#}")))
}
