//! The server: on loopback only, routes and the files of the page.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::api;
use super::protect::{ICON_POLICY, Own, guard};
use super::state::Page;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, media type and text of every file of the page.
const FILES: [(&str, &str, &str); 9] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/page.css", CSS, include_str!("../../page/page.css")),
    ("/page.js", SCRIPT, include_str!("../../page/page.js")),
    ("/dom.js", SCRIPT, include_str!("../../page/dom.js")),
    ("/guide.js", SCRIPT, include_str!("../../page/guide.js")),
    ("/form.js", SCRIPT, include_str!("../../page/form.js")),
    ("/outcome.js", SCRIPT, include_str!("../../page/outcome.js")),
    ("/operations.js", SCRIPT, include_str!("../../page/operations.js")),
    ("/schema.js", SCRIPT, include_str!("../../page/schema.js")),
];

/// Holds a server that answers until it is dropped or stopped.
pub struct Serving {
    address: SocketAddr,
    runtime: Runtime,
}

impl Serving {
    /// Returns where the page is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until Ctrl-C.
    pub fn until_stopped(self) -> io::Result<()> {
        let stopped = self.runtime.block_on(tokio::signal::ctrl_c());
        // What a tenant has not answered yet, nobody waits for.
        self.runtime.shutdown_background();
        stopped
    }
}

/// Begins to serve on a port of loopback; 0 takes one that is free.
pub fn serve(page: Page, port: u16) -> io::Result<Serving> {
    let runtime = Builder::new_multi_thread().enable_all().thread_name("page").build()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
    let address = listener.local_addr()?;
    let router = router(page, &Own::new(address.port()));
    runtime.spawn(async move { axum::serve(listener, router).await });
    Ok(Serving { address, runtime })
}

fn router(page: Page, own: &Own) -> Router {
    let mut router = Router::new();
    for (path, media_type, text) in FILES {
        router = router.route(path, get(move || async move { ([(CONTENT_TYPE, media_type)], text) }));
    }
    router
        .route("/icon.svg", get(icon))
        .route("/api/facts", get(api::facts))
        .route("/api/operations", get(api::operations))
        .route("/api/resolve", post(api::resolve))
        .route("/api/connect", post(api::connect::connect))
        .route("/api/permissions", post(api::connect::permissions))
        .route("/api/call", post(api::call::call))
        .route("/api/job", post(api::job))
        .route("/api/cancel", post(api::cancel))
        .route("/api/disconnect", post(api::connect::disconnect))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.") })
        .layer(middleware::from_fn(compressed))
        .layer(middleware::from_fn_with_state(own.clone(), guard))
        .with_state(Arc::new(page))
}

/// Shortest answer that is worth compressing, in bytes.
const SHORT: usize = 1024;

/// Compresses an answer. None holds a secret, so its length gives none away.
async fn compressed(request: Request, next: Next) -> Response {
    let wanted = accepts_gzip(request.headers());
    let (mut parts, body) = next.run(request).await.into_parts();
    // Every body is in memory already; it cannot fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if wanted && bytes.len() >= SHORT {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        if let Ok(shorter) = encoder.write_all(&bytes).and_then(|()| encoder.finish()) {
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(CONTENT_LENGTH);
            return Response::from_parts(parts, Body::from(shorter));
        }
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.trim() == "gzip")
}

/// The component's icon: a picture, and a document that does nothing.
async fn icon(State(page): State<Arc<Page>>) -> Response {
    let headers = [(CONTENT_TYPE, "image/svg+xml"), (CONTENT_SECURITY_POLICY, ICON_POLICY)];
    (headers, page.connector.definition().icon.clone()).into_response()
}
