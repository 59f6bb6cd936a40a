//! Calls of the component, beside the threads that serve.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::error::ApiError;
use crate::page::Page;

/// Longest wait for other calls to end: longer than anyone waits for a form to respond, and
/// time for a hundred calls that use up their fuel.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs what calls the component, in its turn and on a thread for what blocks. Whoever
/// closes the connection before loses the place.
pub(super) async fn computed<T: Send + 'static>(
    page: &Arc<Page>,
    work: impl FnOnce(&Page) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let turn = timeout(PATIENCE, Arc::clone(&page.computing).acquire_owned()).await;
    let turn = turn.ok().and_then(Result::ok).ok_or(ApiError::BUSY)?;
    let page = Arc::clone(page);
    let call = move || {
        let _turn = turn;
        work(&page)
    };
    spawn_blocking(call).await.unwrap_or_else(|_| Err(ApiError::INTERNAL))
}

/// Runs work that calls the component in between, on a thread for what blocks. Dropped, it
/// cancels the work.
pub(super) async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    let (wanted, dropped) = oneshot::channel::<()>();
    let runtime = Handle::current();
    let running = spawn_blocking(move || {
        runtime.block_on(async {
            select! {
                // First: where the runtime ends, the work must not wait for its timers again.
                biased;
                _ = dropped => Err(ApiError::INTERNAL),
                result = work => result,
            }
        })
    });
    let result = running.await;
    drop(wanted);
    result.unwrap_or_else(|_| Err(ApiError::INTERNAL))
}
