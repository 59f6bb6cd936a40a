//! Opens a page in the person's browser.

use std::env;
use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::show;

/// What a browser needs of the environment, which may contain a secret for `env:NAME`.
const ENVIRONMENT: [&str; 7] =
    ["PATH", "HOME", "LANG", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"];

/// Asks the system to open a page. Where that fails, the person reads the address.
pub(crate) fn open(url: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let needed =
        |name: &OsStr| name.to_str().is_some_and(|name| ENVIRONMENT.contains(&name) || name.starts_with("XDG_"));
    let mut command = Command::new(program);
    command.arg(url).env_clear().envs(env::vars_os().filter(|(name, _)| needed(name)));
    if let Err(error) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
        show::note(&format!("{}: {program}: {error}", show::bad("warning")));
    }
}
