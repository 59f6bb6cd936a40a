//! Reading a request of the page.

use std::sync::Arc;
use std::time::Duration;

use axum::RequestExt as _;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::page::Page;

/// Longest time for a body to arrive, all of it: one of 32 MiB takes less than a second on
/// loopback.
const ARRIVING: Duration = Duration::from_secs(5);

/// The page, as axum hands it to a handler.
pub(crate) type Shared = State<Arc<Page>>;

/// A body that was read as JSON; its bytes are overwritten. Done by hand, because what a
/// library says about a bad body quotes it.
pub(crate) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Page>> for Asked<T> {
    type Rejection = (StatusCode, &'static str);

    async fn from_request(request: Request, _: &Arc<Page>) -> Result<Self, Self::Rejection> {
        let body = to_bytes(request.into_limited_body(), usize::MAX);
        let bytes = timeout(ARRIVING, body)
            .await
            .map_err(|_| (StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive."))?
            .map_err(|_| (StatusCode::PAYLOAD_TOO_LARGE, "The request is too long or incomplete."))?;
        let bytes = Zeroizing::new(Vec::from(bytes));
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|_| (StatusCode::BAD_REQUEST, "The request cannot be read."))
    }
}
