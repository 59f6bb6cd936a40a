//! The server: on loopback only, routes and the files of the page.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::api;
use crate::page::Page;
use crate::protect::{Own, guard};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, media type and text of every file of the page.
const FILES: [(&str, &str, &str); 9] = [
    ("/", HTML, include_str!("../page/index.html")),
    ("/page.css", CSS, include_str!("../page/page.css")),
    ("/page.js", SCRIPT, include_str!("../page/page.js")),
    ("/dom.js", SCRIPT, include_str!("../page/dom.js")),
    ("/guide.js", SCRIPT, include_str!("../page/guide.js")),
    ("/form.js", SCRIPT, include_str!("../page/form.js")),
    ("/outcome.js", SCRIPT, include_str!("../page/outcome.js")),
    ("/operations.js", SCRIPT, include_str!("../page/operations.js")),
    ("/schema.js", SCRIPT, include_str!("../page/schema.js")),
];

/// A server that accepts connections until it is dropped. Requests under way end with the
/// runtime.
pub struct Serving {
    address: SocketAddr,
    accepting: JoinHandle<io::Result<()>>,
}

impl Serving {
    /// Returns the address of the page.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Starts to serve on a port of loopback; 0 takes one that is free. Needs a tokio runtime;
/// a component that computes for long holds up one of its threads.
///
/// # Errors
///
/// The port cannot be used.
///
/// # Examples
///
/// ```no_run
/// # async fn example(page: connector_page::Page) -> std::io::Result<()> {
/// let serving = connector_page::serve(page, 8080).await?;
/// println!("http://{}/", serving.address());
/// tokio::signal::ctrl_c().await
/// # }
/// ```
pub async fn serve(page: Page, port: u16) -> io::Result<Serving> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let router = router(page, Own::new(address.port()));
    let accepting = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Serving { address, accepting })
}

fn router(page: Page, own: Own) -> Router {
    let mut router = Router::new();
    for (path, media_type, text) in FILES {
        router = router.route(path, get(move || async move { ([(CONTENT_TYPE, media_type)], text) }));
    }
    router
        .route("/icon.svg", get(api::icon))
        .route("/api/facts", get(api::facts))
        .route("/api/operations", get(api::operations))
        .route("/api/resolve", post(api::resolve))
        .route("/api/connect", post(api::connect))
        .route("/api/permissions", post(api::permissions))
        .route("/api/call", post(api::call))
        .route("/api/disconnect", post(api::disconnect))
        .fallback(|| async { (StatusCode::NOT_FOUND, "Not found.") })
        .layer(middleware::from_fn_with_state(own, guard))
        .with_state(Arc::new(page))
}
