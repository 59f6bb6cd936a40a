//! Reading a request of the page.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::page::Page;

/// Longest body, in bytes, besides the input of an operation: entries are a few hundred.
pub(super) const BODY: usize = 256 * 1024;

/// Longest time for a body to arrive, all of it: one of 32 MiB takes less than a second on
/// loopback.
const ARRIVING: Duration = Duration::from_secs(5);

/// The page, as axum hands it to a handler.
pub(crate) type Shared = State<Arc<Page>>;

/// Reads a body; its bytes are overwritten afterwards. Done by hand, because what a library
/// says about a bad body quotes it.
pub(super) async fn read<T: DeserializeOwned>(body: Body, limit: usize) -> Result<T, Response> {
    let refused = |status: StatusCode, text: &'static str| (status, text).into_response();
    let bytes = timeout(ARRIVING, to_bytes(body, limit))
        .await
        .map_err(|_| refused(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive."))?
        .map_err(|_| refused(StatusCode::PAYLOAD_TOO_LARGE, "The request is too long or incomplete."))?;
    let bytes = Zeroizing::new(Vec::from(bytes));
    serde_json::from_slice(&bytes).map_err(|_| refused(StatusCode::BAD_REQUEST, "The request cannot be read."))
}
