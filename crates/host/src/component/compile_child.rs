//! Compiling in a child process, whose time and memory the operating system limits.

use std::io::{self, Read as _, Write as _};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wasmtime::{Engine, InstanceAllocationStrategy};

use super::compiler::ChildProgram;
use super::engine::engine_config;
use super::limits::Limits;
use super::load_error::LoadError;

/// Processor time of the child, in seconds: a connector of 400 KB takes 0.3 s, and one
/// second where the compiler itself was built without optimisation.
const SECONDS: u64 = 10;

/// Address space of the child, in bytes: the same connector takes a tenth of it.
const MEMORY: u64 = 1 << 30;

/// When the child is ended that neither limit ends, as on systems without them: long enough
/// that a machine with ten times the work it can do is not the component's fault.
const LONGEST: Duration = Duration::from_mins(2);

/// Most compiled code that is taken, in bytes: some 40 times the largest component.
const MOST_CODE: u64 = 512 << 20;

/// Most of an error that is taken, in bytes.
const MOST_WORDS: u64 = 4 * 1024;

/// Exit code of a child whose component is not valid.
const INVALID: u8 = 3;

/// Compiles the component on standard input to standard output, within limits that the
/// process sets itself: what the program of
/// [`Compiler::in_child`](crate::Compiler::in_child) does.
///
/// # Examples
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     if std::env::args().nth(1).as_deref() == Some("compile-component") {
///         return connector_host::compile_child();
///     }
///     ExitCode::SUCCESS
/// }
/// ```
pub fn compile_child() -> ExitCode {
    limit_this_process();
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody reads it where that fails.
            let _ = write!(io::stderr(), "{error}");
            ExitCode::from(INVALID)
        }
    }
}

fn compile() -> Result<(), String> {
    let mut bytes = Vec::new();
    // Its length was checked by the host, against limits of the host's choice.
    io::stdin().lock().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let mut config = engine_config(&Limits::default());
    // Nothing is run here, and the address space is limited.
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    let code = Engine::new(&config).and_then(|engine| engine.precompile_component(&bytes));
    let code = code.map_err(|error| format!("{error:#}"))?;
    io::stdout().lock().write_all(&code).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn limit_this_process() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    // One second more than the limit, in case the signal at the limit is caught.
    for (resource, soft, hard) in
        [(Resource::Cpu, SECONDS, SECONDS + 1), (Resource::As, MEMORY, MEMORY), (Resource::Core, 0, 0)]
    {
        // Where an administrator allows less already, that stays.
        let _ = setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) });
    }
}

#[cfg(not(unix))]
fn limit_this_process() {}

/// Has a child compile a component.
pub(super) fn run(program: &ChildProgram, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let failed = |error: io::Error| LoadError::Compiler(error.to_string());
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        // No secret of this process is for it.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        // A child that ends early closes its end, which its status explains.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(bytes)));
        let words = scope.spawn(move || taken(stderr, MOST_WORDS));
        let (send, ended) = mpsc::channel();
        scope.spawn(move || {
            let _ = send.send(taken(stdout, MOST_CODE));
        });
        let code = ended.recv_timeout(LONGEST);
        if code.is_err() {
            // Ends the threads, too: their pipes close.
            let _ = child.kill();
        }
        let status = child.wait().map_err(failed)?;
        let words = words.join().ok().and_then(Result::ok).unwrap_or_default();
        match code {
            Err(_) => Err(LoadError::CompileTime { seconds: LONGEST.as_secs() }),
            Ok(code) if status.success() => code.map_err(failed),
            Ok(_) => Err(why(status, &String::from_utf8_lossy(&words))),
        }
    })
}

fn taken(from: Option<impl io::Read>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Returns why a child did not compile the component.
fn why(status: ExitStatus, words: &str) -> LoadError {
    if status.code() == Some(INVALID.into()) {
        return LoadError::Invalid(words.to_owned());
    }
    by_signal(status).unwrap_or_else(|| LoadError::Compiler(format!("it ended with {status}")))
}

#[cfg(unix)]
fn by_signal(status: ExitStatus) -> Option<LoadError> {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::Signal;

    match Signal::from_named_raw(status.signal()?)? {
        Signal::XCPU | Signal::KILL => Some(LoadError::CompileTime { seconds: SECONDS }),
        // What Rust does where memory cannot be had.
        Signal::ABORT => Some(LoadError::CompileMemory { bytes: MEMORY }),
        Signal::SEGV | Signal::BUS | Signal::ILL => Some(LoadError::Invalid("the compiler crashed on it".to_owned())),
        _ => None,
    }
}

#[cfg(not(unix))]
fn by_signal(_: ExitStatus) -> Option<LoadError> {
    None
}
