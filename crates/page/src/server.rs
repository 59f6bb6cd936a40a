//! The server: on loopback only, routes and the files of the page.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::api;
use crate::page::Page;
use crate::protect::{Own, guard};
use crate::sign_in;

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

/// Most connections at a time; further ones wait. A browser makes six, and macOS lets a
/// program open 256 files.
const CONNECTIONS: usize = 128;

/// Longest body, in bytes, besides the input of an operation: entries are a few hundred.
const BODY: usize = 256 * 1024;

/// Longest time for the head of a request to arrive, and for a connection without one.
const HEAD: Duration = Duration::from_secs(5);

/// Longest time for a connection: longer than any operation. Whoever reads no response
/// would keep it for good.
const LIFETIME: Duration = Duration::from_mins(20);

/// A server that accepts connections until it is dropped. Requests under way end with the
/// runtime.
pub struct Serving {
    address: SocketAddr,
    accepting: JoinHandle<()>,
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

/// Starts to serve on a port of loopback; 0 takes one that is free. Needs a tokio runtime.
///
/// # Errors
///
/// The port cannot be used.
///
/// # Examples
///
/// ```no_run
/// # use std::sync::Arc;
/// # use connector_host::{Component, Connector, Digest, Limits};
/// # use connector_page::{Answers, Artefact, Listed, Page, serve};
/// # use connector_recordings::{Recording, files};
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let bytes = std::fs::read("nexthink.wasm")?;
/// let connector = Arc::new(Connector::new(Component::load(&bytes, Limits::default())?)?);
/// let mut listed = Vec::new();
/// for file in files("fixtures".as_ref())? {
///     listed.extend(Listed::of(Recording::read(&file)?, &connector));
/// }
/// let artefact = Artefact { bytes: bytes.len(), gzip_bytes: bytes.len(), digest: Digest::of(&bytes) };
/// let serving = serve(Page::new(connector, artefact, Answers::Recordings(listed)), 8080).await?;
/// println!("http://{}/", serving.address());
/// # Ok(tokio::signal::ctrl_c().await?)
/// # }
/// ```
pub async fn serve(page: Page, port: u16) -> io::Result<Serving> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    // This page is served for the first time.
    let _ = page.port.set(address.port());
    let router = router(page, Own::new(address.port()));
    Ok(Serving { address, accepting: tokio::spawn(accept(listener, router)) })
}

/// Serves whoever connects, in their turn.
async fn accept(listener: TcpListener, router: Router) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // There are too many open files, which ends.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            let _place = place;
            // How a connection ends is the business of the other side.
            let _ = timeout(LIFETIME, connection).await;
        });
    }
}

pub(crate) fn router(page: Page, own: Own) -> Router {
    // As text in JSON an input can be twice as long.
    let with_input = DefaultBodyLimit::max(BODY + 2 * page.connector.component().limits().input_bytes);
    let mut router = Router::new();
    for (path, media_type, text) in FILES {
        router = router.route(path, get(move || async move { ([(CONTENT_TYPE, media_type)], text) }));
    }
    router
        .route("/icon.svg", get(api::icon))
        .route(sign_in::PATH, get(sign_in::callback))
        .route("/api/facts", get(api::facts))
        .route("/api/operations", get(api::operations))
        .route("/api/resolve", post(api::resolve))
        .route("/api/connect", post(api::connect))
        .route("/api/permissions", post(api::permissions))
        .route("/api/call", post(api::call).layer(with_input))
        .route("/api/disconnect", post(api::disconnect))
        .fallback(|| async { (StatusCode::NOT_FOUND, "Not found.") })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(own, guard))
        .with_state(Arc::new(page))
}
