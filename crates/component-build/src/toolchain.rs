//! The two ways to a compiler for `wasm32-unknown-unknown`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";

/// Stack of the component, in bytes. The default of 1 MiB alone would make its
/// memory 17 pages; with this it is 3, and no call comes near it.
const STACK: u32 = 64 * 1024;

/// The profile `component` for a workspace that does not define it: small, and the same
/// bytes wherever it is built.
const PROFILE: [&str; 6] = [
    r#"profile.component.inherits="release""#,
    r#"profile.component.opt-level="z""#,
    r#"profile.component.lto="fat""#,
    "profile.component.codegen-units=1",
    r#"profile.component.panic="abort""#,
    "profile.component.strip=true",
];

/// The compiler in Debian's packages.
pub const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// Cargo in Debian's packages.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// Remedies when neither way is open, in one line.
const REMEDIES: &str = "no compiler for wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown`, or on \
     Debian `apt-get install rustc-web cargo-web rust-web-src lld-22`; `make setup` does whichever works";

/// Cargo and the compiler of one toolchain.
#[derive(Clone)]
pub struct Programs {
    /// Cargo.
    pub cargo: PathBuf,
    /// The compiler.
    pub rustc: PathBuf,
}

impl Programs {
    /// Returns those that `PATH` has. With rustup, the folder in which they run decides
    /// on the toolchain.
    pub fn of_path() -> Self {
        Self { cargo: "cargo".into(), rustc: "rustc".into() }
    }
}

/// A compiler for `wasm32-unknown-unknown`.
pub enum Toolchain {
    /// A toolchain with the target installed.
    Rustup(Programs),
    /// Debian's packages, which build the standard library along.
    Debian {
        /// The linker, whose name has a version in it.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Takes the given toolchain if it has the target, else Debian's. The
    /// variable `CONNECTOR_TOOLCHAIN` (`rustup` or `debian`) leaves no choice.
    ///
    /// # Errors
    ///
    /// Where there is none: what to install.
    pub fn choose(programs: &Programs, folder: &Path) -> Result<Self, String> {
        let rustup = || has_target(programs, folder).then(|| Self::Rustup(programs.clone()));
        match env::var("CONNECTOR_TOOLCHAIN").as_deref() {
            Err(_) | Ok("") => rustup().or_else(debian).ok_or_else(|| REMEDIES.to_owned()),
            Ok("rustup") => rustup().ok_or_else(|| REMEDIES.to_owned()),
            Ok("debian") => debian().ok_or_else(|| REMEDIES.to_owned()),
            Ok(_) => Err("CONNECTOR_TOOLCHAIN is neither `rustup` nor `debian`".to_owned()),
        }
    }

    /// Compiles a package and returns the path of the core module.
    ///
    /// # Errors
    ///
    /// Where it does not compile: what the compiler says, line by line.
    pub fn compile(&self, project: &Project) -> Result<PathBuf, String> {
        let Project { package, root, .. } = project;
        let file = package.file().ok_or_else(|| format!("{} has no library to compile", package.name))?;
        let subdirectory = match self {
            Self::Rustup(_) => "rustup",
            Self::Debian { .. } => "debian",
        };
        let target_directory = project.target_directory.join(subdirectory);
        let mut command = command(self.cargo(), root);
        command.args(["rustc", "--quiet"]).args(project.locked.then_some("--locked"));
        command.args(["--lib", "--crate-type", "cdylib"]);
        command.args(["--package", &package.name, "--profile", "component", "--target", TARGET]);
        command.arg("--target-dir").arg(&target_directory);
        if !project.has_profile {
            command.args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
        }
        command.env("RUSTC", self.rustc());
        if let Self::Debian { linker } = self {
            command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            command.args(["-Z", "build-std=std,panic_abort"]);
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flags(root, &target_directory).join("\x1f"));
        let output = command.output().map_err(|error| format!("cargo cannot be started: {error}"))?;
        if output.status.success() {
            Ok(target_directory.join(TARGET).join("component").join(file))
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{}\n{} does not compile", said.trim_end(), package.name))
        }
    }

    /// Returns what the compiler says of its version. Empty when it says nothing.
    pub fn version(&self, folder: &Path) -> String {
        printed(self.rustc(), folder, &["--version"]).unwrap_or_default()
    }

    fn cargo(&self) -> &Path {
        match self {
            Self::Rustup(programs) => &programs.cargo,
            Self::Debian { .. } => Path::new(DEBIAN_CARGO),
        }
    }

    fn rustc(&self) -> &Path {
        match self {
            Self::Rustup(programs) => &programs.rustc,
            Self::Debian { .. } => Path::new(DEBIAN_RUSTC),
        }
    }

    /// Returns compiler flags. Paths of this machine are replaced, so that the
    /// same sources give the same bytes everywhere.
    fn flags(&self, root: &Path, target_directory: &Path) -> Vec<String> {
        let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
        let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK}"), remap(root, "/connector")];
        flags.push(remap(target_directory, "/target"));
        // Later flags win, so the narrower prefixes follow the wider ones.
        flags.extend(
            printed(self.rustc(), root, &["--print", "sysroot"]).map(|sysroot| remap(Path::new(&sysroot), "/rust")),
        );
        let registry = cargo_home().map(|home| home.join("registry/src"));
        let sources = registry.and_then(|registry| fs::read_dir(registry).ok()).into_iter().flatten().flatten();
        let mut sources: Vec<_> = sources.map(|entry| entry.path()).collect();
        sources.sort();
        flags.extend(sources.iter().map(|path| remap(path, "/registry")));
        flags
    }
}

/// Returns a command that runs in a folder, without what an outer cargo or rustup set:
/// it holds for the host, and for the outer package.
pub fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_outer_build) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_outer_build(name: &str) -> bool {
    let kept = matches!(name, "CARGO_HOME" | "RUSTUP_HOME" | "RUSTUP_AUTO_INSTALL" | "CARGO_NET_OFFLINE");
    !kept && (name.starts_with("CARGO") || name.starts_with("RUST") || name == "TARGET" || name == "HOST")
}

fn has_target(programs: &Programs, folder: &Path) -> bool {
    let library = printed(&programs.rustc, folder, &["--print", "target-libdir", "--target", TARGET]);
    let installed = library.and_then(|library| fs::read_dir(library).ok()).into_iter().flatten().flatten();
    installed.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn debian() -> Option<Toolchain> {
    let sysroot = printed(Path::new(DEBIAN_RUSTC), Path::new("/"), &["--print", "sysroot"])?;
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std");
    let linkers = fs::read_dir("/usr/bin").ok()?.flatten().map(|entry| entry.path());
    let linker = linkers
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wasm-ld")))
        .max()?;
    (Path::new(DEBIAN_CARGO).exists() && sources.exists()).then_some(Toolchain::Debian { linker })
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
}

fn printed(program: &Path, folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = command(program, folder).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
