//! Answers requests on one connection until it ends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::config::Limits;
use crate::framing::{NoRequest, Reader, Socket, Stream};
use crate::reply::{Body, Reply, phrase};
use crate::service::{Cut, Outcome, Service};

/// Serves one connection to its end. `wait` sleeps, unless the tenant stops meanwhile.
pub(super) fn serve(service: &Service, tls: Arc<ServerConfig>, tcp: TcpStream, wait: &dyn Fn(Duration)) {
    let limits = &service.config.limits;
    // Replies are written at once; waiting for more to send only slows exchanges.
    let _ = tcp.set_nodelay(true);
    let Ok(mut connection) = ServerConnection::new(tls) else { return };
    let mut socket = Socket::new(tcp, limits.request_seconds);
    while connection.is_handshaking() {
        if connection.complete_io(&mut socket).is_err() {
            service.counter.handshake_failed();
            return;
        }
    }
    let mut stream = StreamOwned::new(connection, socket);
    // A connection that breaks off concerns the client alone.
    let _ = converse(service, &mut stream, limits, wait);
}

fn converse(service: &Service, stream: &mut Stream, limits: &Limits, wait: &dyn Fn(Duration)) -> io::Result<()> {
    let asked_for = stream.conn.server_name().map(str::to_ascii_lowercase);
    let mut reader = Reader::new(limits);
    loop {
        let request = match reader.read(stream) {
            Ok(request) => request,
            Err(NoRequest::Gone) => {
                // The time for waiting is over; there must be some left for saying so.
                stream.sock.allow(limits.request_seconds);
                stream.conn.send_close_notify();
                return stream.flush();
            }
            Err(NoRequest::Refused(status, reason)) => {
                service.counter.answer(None, Some(status), Some(reason));
                stream.sock.allow(limits.request_seconds);
                write(service, stream, Reply::empty(status), false, false)?;
                return part(stream, limits);
            }
        };
        let Outcome { reply, cut } = service.answer(&request, asked_for.as_deref(), wait);
        // The reply gets its own time, and a delay none of it.
        stream.sock.allow(limits.request_seconds);
        let Some(reply) = reply else {
            return reset(stream);
        };
        match cut {
            None => write(service, stream, reply, request.keep_alive, request.method == "HEAD")?,
            Some(cut) => {
                write_half(service, stream, reply)?;
                return match cut {
                    Cut::Reset => reset(stream),
                    Cut::Close => part(stream, limits),
                };
            }
        }
        if !request.keep_alive {
            return part(stream, limits);
        }
    }
}

fn head(service: &Service, reply: &Reply, keep_alive: bool) -> Vec<u8> {
    let mut head =
        format!("HTTP/1.1 {} {}\r\nDate: {}\r\n", reply.status, phrase(reply.status), service.clock.http_date(0));
    for (name, value) in &reply.headers {
        for part in [name, ": ", value, "\r\n"] {
            head.push_str(part);
        }
    }
    let length = match &reply.body {
        // RFC 9110, 8.6: a 204 has no length.
        Body::Empty if reply.status == 204 => String::new(),
        Body::Empty => "Content-Length: 0\r\n".to_owned(),
        Body::Bytes(bytes) => format!("Content-Length: {}\r\n", bytes.len()),
        Body::Stream(Some(length), _) => format!("Content-Length: {length}\r\n"),
        Body::Stream(None, _) => "Transfer-Encoding: chunked\r\n".to_owned(),
    };
    head.push_str(&length);
    head.push_str(if keep_alive { "\r\n" } else { "Connection: close\r\n\r\n" });
    head.into_bytes()
}

fn write(service: &Service, stream: &mut Stream, reply: Reply, keep_alive: bool, head_only: bool) -> io::Result<()> {
    let mut bytes = head(service, &reply, keep_alive);
    match reply.body {
        _ if head_only => stream.write_all(&bytes)?,
        Body::Empty => stream.write_all(&bytes)?,
        Body::Bytes(body) => {
            // In one piece: a reply that fits into one packet is one.
            bytes.extend_from_slice(&body);
            stream.write_all(&bytes)?;
        }
        Body::Stream(length, writer) => {
            stream.write_all(&bytes)?;
            let mut body = Chunks::new(stream, length.is_none(), service.config.limits.request_seconds, u64::MAX);
            writer(&mut body)?;
            body.finish()?;
        }
    }
    stream.flush()
}

/// Writes the head and half of the body; half of the head where there is no body; of a stream the first kilobytes.
fn write_half(service: &Service, stream: &mut Stream, reply: Reply) -> io::Result<()> {
    let bytes = head(service, &reply, true);
    match reply.body {
        Body::Bytes(body) if !body.is_empty() => {
            stream.write_all(&bytes)?;
            stream.write_all(&body[..body.len() / 2])?;
        }
        Body::Empty | Body::Bytes(_) => stream.write_all(&bytes[..bytes.len() / 2])?,
        Body::Stream(length, writer) => {
            stream.write_all(&bytes)?;
            let mut body = Chunks::new(stream, length.is_none(), service.config.limits.request_seconds, 4096);
            // It ends with the error that the limit makes, or early; either way the end is missing.
            let _ = writer(&mut body);
        }
    }
    stream.flush()
}

/// Says that nothing more comes, and waits until the client has gone, so that closing with unread bytes does not reset
/// the connection and take the reply with it.
fn part(stream: &mut Stream, limits: &Limits) -> io::Result<()> {
    stream.conn.send_close_notify();
    stream.flush()?;
    stream.sock.stream.shutdown(Shutdown::Write)?;
    stream.sock.allow(limits.request_seconds.min(5));
    let mut scratch = [0; 16 * 1024];
    let mut left = limits.body_bytes;
    loop {
        // Bytes beneath TLS: what they say is of no interest any more.
        let count = stream.sock.read(&mut scratch)?;
        if count == 0 || count > left {
            return Ok(());
        }
        left -= count;
    }
}

/// Makes the connection end with a reset when the last handle on it is dropped.
fn reset(stream: &mut Stream) -> io::Result<()> {
    SockRef::from(&stream.sock.stream).set_linger(Some(Duration::ZERO))
}

/// Writes a stream in chunks of a size that is worth a TLS record.
struct Chunks<'a> {
    stream: &'a mut Stream,
    chunked: bool,
    seconds: u64,
    left: u64,
    buffer: Vec<u8>,
}

/// The largest payload of one TLS record.
const CHUNK: usize = 16 * 1024;

impl<'a> Chunks<'a> {
    fn new(stream: &'a mut Stream, chunked: bool, seconds: u64, left: u64) -> Self {
        Self { stream, chunked, seconds, left, buffer: Vec::with_capacity(CHUNK) }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        // A long download takes the time it takes, as long as the client goes on reading.
        self.stream.sock.allow(self.seconds);
        if self.chunked {
            self.stream.write_all(format!("{:x}\r\n", self.buffer.len()).as_bytes())?;
            self.buffer.extend_from_slice(b"\r\n");
        }
        self.stream.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.send()?;
        if self.chunked { self.stream.write_all(b"0\r\n\r\n") } else { Ok(()) }
    }
}

impl Write for Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(CHUNK - self.buffer.len());
        let allowed = usize::try_from(self.left).unwrap_or(usize::MAX).min(count);
        self.buffer.extend_from_slice(&bytes[..allowed]);
        self.left -= allowed as u64;
        if self.buffer.len() == CHUNK || self.left == 0 {
            self.send()?;
        }
        if allowed < count {
            return Err(ErrorKind::WriteZero.into());
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
