//! The two ways to a compiler for `wasm32-unknown-unknown`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::{file_of, target_directory};

const TARGET: &str = "wasm32-unknown-unknown";

/// Stack of the component, in bytes. The default of 1 MiB alone would make its
/// memory 17 pages; with this it is 3, and no call comes near it.
const STACK: u32 = 64 * 1024;

/// Remedies when neither way is open, in one line.
const REMEDIES: &str = "no compiler for wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown`, or on \
     Debian `apt-get install rustc-web cargo-web rust-web-src lld-22`; `make setup` does whichever works";

/// A compiler for `wasm32-unknown-unknown`.
pub enum Toolchain {
    /// The toolchain that runs this build, with the target installed.
    Rustup {
        /// Its cargo.
        cargo: PathBuf,
        /// Its compiler.
        rustc: PathBuf,
    },
    /// Debian's packages, which build the standard library along.
    Debian {
        /// The linker, whose name has a version in it.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Takes the running toolchain if it has the target, else Debian's. The
    /// variable `CONNECTOR_TOOLCHAIN` (`rustup` or `debian`) leaves no choice.
    ///
    /// # Errors
    ///
    /// Where there is none: what to install.
    pub fn choose() -> Result<Self, String> {
        println!("cargo::rerun-if-env-changed=CONNECTOR_TOOLCHAIN");
        match env::var("CONNECTOR_TOOLCHAIN").as_deref() {
            Err(_) | Ok("") => rustup().or_else(debian).ok_or_else(|| REMEDIES.to_owned()),
            Ok("rustup") => rustup().ok_or_else(|| REMEDIES.to_owned()),
            Ok("debian") => debian().ok_or_else(|| REMEDIES.to_owned()),
            Ok(_) => Err("CONNECTOR_TOOLCHAIN is neither `rustup` nor `debian`".to_owned()),
        }
    }

    /// Compiles a package of the workspace at `root` and returns the path of the core module.
    ///
    /// # Errors
    ///
    /// Where it does not compile; what the compiler says becomes errors of cargo's.
    pub fn compile(&self, root: &Path, package: &str) -> Result<PathBuf, String> {
        let (cargo, subdirectory) = match self {
            Self::Rustup { cargo, .. } => (cargo.clone(), "rustup"),
            Self::Debian { .. } => (PathBuf::from("/usr/bin/cargo"), "debian"),
        };
        let target_directory = target_directory()?.join(subdirectory);
        let mut command = Command::new(cargo);
        command.current_dir(root).args(["rustc", "--quiet", "--locked", "--lib", "--crate-type", "cdylib"]);
        command.args(["--package", package, "--profile", "component", "--target", TARGET]);
        command.arg("--target-dir").arg(&target_directory);
        // What the outer cargo set for the host does not hold for the component.
        for (name, _) in env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            let kept = matches!(name, "CARGO_HOME" | "RUSTUP_HOME" | "CARGO_NET_OFFLINE");
            let ours = name.starts_with("CARGO") || name.starts_with("RUST") || name == "TARGET" || name == "HOST";
            if ours && !kept {
                command.env_remove(name);
            }
        }
        match self {
            Self::Rustup { rustc, .. } => {
                command.env("RUSTC", rustc);
            }
            Self::Debian { linker } => {
                command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command.args(["-Z", "build-std=std,panic_abort"]);
            }
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flags(root, &target_directory).join("\x1f"));
        let output = command.output().map_err(|error| format!("cargo cannot be started: {error}"))?;
        if output.status.success() {
            Ok(target_directory.join(TARGET).join("component").join(file_of(package)))
        } else {
            // Cargo shows the standard error of a build script only when it
            // panics, so the compiler's words go the other way.
            for line in String::from_utf8_lossy(&output.stderr).lines() {
                println!("cargo::error={line}");
            }
            Err(format!("{package} does not compile"))
        }
    }

    /// Returns what the compiler says of its version. Empty when it says nothing.
    pub fn version(&self) -> String {
        printed(&self.rustc(), &["--version"]).unwrap_or_default()
    }

    fn rustc(&self) -> PathBuf {
        match self {
            Self::Rustup { rustc, .. } => rustc.clone(),
            Self::Debian { .. } => PathBuf::from("/usr/bin/rustc"),
        }
    }

    /// Returns compiler flags. Paths of this machine are replaced, so that the
    /// same sources give the same bytes everywhere.
    fn flags(&self, root: &Path, target_directory: &Path) -> Vec<String> {
        let rustc = self.rustc();
        let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
        let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK}"), remap(root, "/connector")];
        flags.push(remap(target_directory, "/target"));
        // Later flags win, so the narrower prefixes follow the wider ones.
        flags.extend(printed(&rustc, &["--print", "sysroot"]).map(|sysroot| remap(Path::new(&sysroot), "/rust")));
        let registry = cargo_home().map(|home| home.join("registry/src"));
        let sources = registry.and_then(|registry| fs::read_dir(registry).ok()).into_iter().flatten().flatten();
        let mut sources: Vec<_> = sources.map(|entry| entry.path()).collect();
        sources.sort();
        flags.extend(sources.iter().map(|path| remap(path, "/registry")));
        flags
    }
}

fn rustup() -> Option<Toolchain> {
    let rustc = PathBuf::from(env::var_os("RUSTC")?);
    let library = printed(&rustc, &["--print", "target-libdir", "--target", TARGET])?;
    let installed = fs::read_dir(library).ok()?.flatten();
    let has_std = installed.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"));
    has_std.then_some(Toolchain::Rustup { cargo: PathBuf::from(env::var_os("CARGO")?), rustc })
}

fn debian() -> Option<Toolchain> {
    let rustc = Path::new("/usr/bin/rustc");
    println!("cargo::rerun-if-changed={}", rustc.display());
    let sysroot = printed(rustc, &["--print", "sysroot"])?;
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std");
    let linkers = fs::read_dir("/usr/bin").ok()?.flatten().map(|entry| entry.path());
    let linker = linkers
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wasm-ld")))
        .max()?;
    (Path::new("/usr/bin/cargo").exists() && sources.exists()).then_some(Toolchain::Debian { linker })
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
}

fn printed(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).env_remove("RUSTC_WORKSPACE_WRAPPER").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
