//! The component that a command loads, and within which limits.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use clap::Args;
use connector_host::{Compiler, Component, Connector, Digest, Limits, LoadError};
use nexthink_component::NEXTHINK;

use crate::error::Error;
use crate::files::{self, Kind};

/// Which component to load.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Component")]
pub(crate) struct Source {
    /// Load this component instead of the built-in Nexthink connector
    #[arg(long, value_name = "FILE")]
    pub(crate) component: Option<PathBuf>,
    /// Refuse a component with another digest before anything is compiled or run
    #[arg(long, value_name = "sha256:HEX")]
    digest: Option<Digest>,
}

impl Source {
    /// Reads the component: the built-in one unless a file is named.
    pub(crate) fn bytes(&self) -> Result<Cow<'static, [u8]>, Error> {
        self.read(self.component.as_deref())
    }

    /// Reads a component, the built-in one if there is no path, and checks its digest.
    pub(crate) fn read(&self, path: Option<&Path>) -> Result<Cow<'static, [u8]>, Error> {
        let bytes = match path {
            None => Cow::Borrowed(NEXTHINK),
            Some(path) => Cow::Owned(files::read(path, Kind::COMPONENT)?),
        };
        let checked = self.digest.map_or(Ok(()), |digest| digest.check(&bytes));
        checked.map_err(|error| Error::Load { component: path.map(Path::to_owned), error: error.into() })?;
        Ok(bytes)
    }
}

/// How to load and call it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Component")]
pub(crate) struct Loading {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    bounds: Bounds,
    /// Compile the component anew, and keep no compiled code for the next start
    #[arg(long)]
    no_cache: bool,
}

/// What one call may use.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Component")]
pub(crate) struct Bounds {
    /// Units of fuel for one call, about one per instruction [default: 100000000, and 600 for each byte beyond 64 KiB that is read]
    #[arg(long, value_name = "UNITS")]
    fuel: Option<u64>,
    /// Memory of the component, in bytes [default: 8388608, and 4 for each byte beyond 64 KiB that is read]
    #[arg(long, value_name = "BYTES")]
    memory: Option<usize>,
}

impl Bounds {
    /// Returns the limits of a call.
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(fuel) = self.fuel {
            (limits.fuel, limits.fuel_per_byte) = (fuel, 0);
        }
        if let Some(memory) = self.memory {
            (limits.memory_bytes, limits.memory_per_byte) = (memory, 0);
        }
        limits
    }
}

impl Loading {
    /// Loads the component.
    pub(crate) fn component(&self) -> Result<Component, Error> {
        let path = self.source.component.as_deref();
        self.loader(path)?().map_err(|error| Error::Load { component: path.map(Path::to_owned), error })
    }

    /// Reads a component, the built-in one if there is no path, and returns what loads it.
    pub(crate) fn loader(
        &self,
        path: Option<&Path>,
    ) -> Result<impl FnOnce() -> Result<Component, LoadError> + Send + use<>, Error> {
        let (bytes, limits) = (self.source.read(path)?, self.bounds.limits());
        let compiler = match path {
            // What this program was built with is trusted.
            None => Compiler::in_process(),
            Some(_) => Compiler::in_child(this_program(), [COMPILE]),
        };
        let compiler = match cache_directory().filter(|_| !self.no_cache) {
            Some(directory) => compiler.keep_in(directory),
            None => compiler,
        };
        Ok(move || Component::load_with(&compiler, &bytes, limits))
    }

    /// Loads the component and puts it behind its guard.
    pub(crate) fn connector(&self) -> Result<Arc<Connector>, Error> {
        Ok(Arc::new(Connector::new(self.component()?)?))
    }
}

/// The argument with which this program only compiles a component, for another that runs.
pub(crate) const COMPILE: &str = "compile-component";

/// Returns the path of this program: also where it was replaced while it runs.
fn this_program() -> PathBuf {
    let running = Path::new("/proc/self/exe");
    if running.exists() { running.to_owned() } else { env::current_exe().unwrap_or_default() }
}

/// Returns a directory that its owner alone can use; none where it cannot be made. Code in
/// it is run as it is.
fn cache_directory() -> Option<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    let directory = base.join("host-test").join("compiled");
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&directory).ok()?;
    // Without links, so that what is checked is what is used.
    let directory = directory.canonicalize().ok()?;
    is_private(&directory).then_some(directory)
}

/// Returns whether the owner of this process alone can use a directory, and nobody else can
/// put another one in its place: that takes write access to a directory above it, or
/// ownership of it.
#[cfg(unix)]
fn is_private(directory: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    /// Others may write, but not rename what is not theirs.
    const STICKY: u32 = 0o1000;
    /// Writable by the group or by everyone.
    const SHARED: u32 = 0o022;

    let Ok(user) = fs::metadata("/proc/self").map(|process| process.uid()) else { return false };
    let holds =
        |path: &Path, rule: &dyn Fn(&fs::Metadata) -> bool| fs::symlink_metadata(path).is_ok_and(|it| rule(&it));
    let kept_apart =
        |it: &fs::Metadata| [0, user].contains(&it.uid()) && (it.mode() & SHARED == 0 || it.mode() & STICKY != 0);
    holds(directory, &|it| it.is_dir() && it.uid() == user && it.mode().trailing_zeros() >= 6)
        && directory.ancestors().skip(1).all(|above| holds(above, &kept_apart))
}

#[cfg(not(unix))]
fn is_private(directory: &Path) -> bool {
    directory.is_dir()
}
