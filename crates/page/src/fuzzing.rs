//! Requests without a socket, for a fuzzer. No part of the interface: hidden, but in every
//! build, so that tests hold the fuzzer's first inputs to the same.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use crate::page::Page;
use crate::protect::Own;
use crate::server::router;

/// A page at a port that nobody listens to.
pub struct Unserved(TowerToHyperService<Router>);

impl Unserved {
    /// Puts the routes of a page together.
    pub fn new(page: Page, port: u16) -> Self {
        Self(TowerToHyperService::new(router(page, Own::new(port))))
    }

    /// Answers a request and waits for the whole answer. None: HTTP cannot express it.
    pub async fn respond(
        &self,
        method: &str,
        uri: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Option<(StatusCode, HeaderMap, Vec<u8>)> {
        let request = Request::builder().method(method).uri(uri);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = self.0.call(request.body(Body::from(body)).ok()?).await.ok()?;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.ok()?;
        Some((head.status, head.headers, body.into()))
    }
}
