//! One connection: the TLS handshake, requests by hyper, and the end.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request as Received, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::Limits;
use crate::handler::Handler;
use crate::reply::{Body, Cut, Reply};
use crate::request::Request;

/// A stream that fails when the client does not read on.
type Stream = Pin<Box<TimeoutStream<TlsStream<TcpStream>>>>;

/// Serves a connection to its end.
pub(crate) async fn serve(handler: Arc<Handler>, tls: TlsAcceptor, tcp: TcpStream) {
    let limits = &handler.state.config.limits;
    let patience = Duration::from_secs(limits.request_seconds);
    // Small responses are not delayed (Nagle's algorithm).
    let _ = tcp.set_nodelay(true);
    let Ok(Ok(tls)) = timeout(patience, tls.accept(tcp)).await else {
        handler.state.counter.count(|calls| calls.handshakes_failed += 1);
        return;
    };
    let server_name: Option<Arc<str>> = tls.get_ref().1.server_name().map(|name| name.to_ascii_lowercase().into());
    let mut stream = Box::pin(TimeoutStream::new(tls));
    stream.as_mut().set_write_timeout_pinned(Some(patience));

    let end = Arc::new(OnceLock::new());
    let service = service_fn(|request| respond(Arc::clone(&handler), request, server_name.clone(), Arc::clone(&end)));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.idle_seconds))
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(&mut stream), service)
        .await;
    if let Some(End { unsent, reset }) = end.get() {
        // What is written reaches the client before the reset.
        let _ = stream.write_all(unsent.as_bytes()).await;
        let _ = stream.flush().await;
        if *reset {
            let _ = SockRef::from(&stream.get_ref().get_ref().0).set_linger(Some(Duration::ZERO));
            return;
        }
    } else if let Err(error) = served {
        count_malformed(&handler, &error);
    }
    close(stream, limits).await;
}

/// The end of a connection whose response is cut.
struct End {
    /// What hyper does not send: the start of the status line, before a response without a body.
    unsent: String,
    reset: bool,
}

/// Handles a request; an error ends the connection.
async fn respond(
    handler: Arc<Handler>,
    request: Received<Incoming>,
    server_name: Option<Arc<str>>,
    end: Arc<OnceLock<End>>,
) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
    let date = handler.state.clock.http_date(0);
    let (parts, body) = request.into_parts();
    // Neither a proxy's absolute form nor `CONNECT` nor `OPTIONS *`.
    let received = if parts.uri.authority().is_some() || !parts.uri.path().starts_with('/') {
        Err((400, "target-is-not-a-path"))
    } else {
        receive(body, &handler.state.config.limits).await
    };
    let body = match received {
        Ok(body) => body,
        Err((status, reason)) => {
            handler.state.counter.answer(None, Some(status), Some(reason));
            let reply = Reply::empty(status).header("date", date).header("connection", "close");
            return Ok(reply.into_response()?);
        }
    };
    // In a task of its own, so that it is processed and counted even when the client goes away.
    let task = tokio::spawn(async move { handler.handle(&Request::new(parts, body), server_name.as_deref()).await });
    let reply = task.await?;
    if let Some(cut) = reply.cut {
        let headless = cut != Cut::Unsent && reply.is_empty();
        let unsent = if headless { format!("HTTP/1.1 {}", reply.status) } else { String::new() };
        let _ = end.set(End { unsent, reset: cut != Cut::Close });
        if headless || cut == Cut::Unsent {
            return Err("cut".into());
        }
    }
    Ok(reply.header("date", date).into_response()?)
}

/// Receives a body; the error is a status and a reason for `/_fake/calls`.
async fn receive(body: Incoming, limits: &Limits) -> Result<Bytes, (u16, &'static str)> {
    let too_large = (413, "body-too-large");
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(too_large);
    }
    match timeout(Duration::from_secs(limits.request_seconds), Limited::new(body, limits.body_bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large),
        Ok(Err(_)) => Err((400, "body-is-malformed")),
        Err(_) => Err((408, "request-too-slow")),
    }
}

/// Counts a request that hyper refused.
fn count_malformed(handler: &Handler, error: &hyper::Error) {
    if error.is_parse_too_large() {
        handler.state.counter.answer(None, Some(431), Some("head-too-large"));
    } else if error.is_parse() {
        handler.state.counter.answer(None, Some(400), Some("head-is-malformed"));
    }
}

/// Ends a connection properly: closing it with unread bytes would reset it and take the response with it.
async fn close(mut stream: Stream, limits: &Limits) {
    let _ = stream.shutdown().await;
    let tcp = stream.as_mut().get_pin_mut().get_mut().get_mut().0;
    let drain = async {
        let mut scratch = vec![0; 16 * 1024];
        let mut left = limits.body_bytes;
        while let Ok(count @ 1..) = tcp.read(&mut scratch).await
            && count <= left
        {
            left -= count;
        }
    };
    let _ = timeout(Duration::from_secs(limits.request_seconds.min(5)), drain).await;
}
