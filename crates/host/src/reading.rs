//! Long calls into a connector, where they block no thread of the runtime.

use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use connector_core::records::Failure;
use tokio::sync::Semaphore;
use tokio::task;

use crate::clock::Clock;
use crate::error::Error;

/// Longest input or body that a connector reads on a thread of the runtime, in bytes:
/// some 0.5 ms. With a longer one the call gets a thread for what blocks.
const SHORT: usize = 64 * 1024;

/// Long calls of this process at once: such a call only computes, and with short calls on
/// the runtime's threads there are fewer than a component has slots.
static LONG: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    Semaphore::new(2 * processors)
});

/// Runs a call that reads so many bytes: a long one where it blocks nobody, once it is its
/// turn. `patience` is how long it waits for that.
///
/// # Errors
///
/// That of the call, [`Error::Failed`] where it does not get its turn, [`Error::Cancelled`] where the runtime
/// shuts down.
pub(crate) async fn reading<T: Send + 'static>(
    bytes: usize,
    clock: &dyn Clock,
    patience: Duration,
    call: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    if bytes <= SHORT {
        return call();
    }
    let deadline = clock.now().saturating_add(patience);
    let turn = tokio::select! {
        biased;
        turn = LONG.acquire() => turn,
        () = clock.passed(deadline) => return Err(Failure::overloaded(patience.as_secs()).into()),
    };
    // Taken along, for the call goes on where nobody waits for it any more.
    let turn = turn.map_err(|_| Error::Cancelled)?;
    let call = move || {
        let _turn = turn;
        call()
    };
    match task::spawn_blocking(call).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Cancelled),
        },
    }
}
