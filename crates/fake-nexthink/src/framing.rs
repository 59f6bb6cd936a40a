//! Reads requests from a connection, within limits of size and time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustls::{ServerConnection, StreamOwned};
use zeroize::Zeroizing;

use crate::config::Limits;
use crate::http::{Headers, Request};

/// Is a TLS connection.
pub(super) type Stream = StreamOwned<ServerConnection, Socket>;

/// Reads and writes until a point in time. A timeout for each read would let a client go on for ever by sending a byte
/// now and then.
pub(super) struct Socket {
    pub stream: TcpStream,
    deadline: Instant,
}

impl Socket {
    pub fn new(stream: TcpStream, seconds: u64) -> Self {
        let mut socket = Self { stream, deadline: Instant::now() };
        socket.allow(seconds);
        socket
    }

    /// Allows this many seconds from now; a year at most, which is for ever here.
    pub fn allow(&mut self, seconds: u64) {
        self.deadline = Instant::now() + Duration::from_secs(seconds.clamp(1, 31_536_000));
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Says why there is no request.
#[derive(Debug)]
pub(super) enum NoRequest {
    /// Says that the client is gone, or was silent for too long between requests.
    Gone,
    /// Says that what came is no request, with the status to answer and the reason to count.
    Refused(u16, &'static str),
}

/// Reads one request after another; what was read too far stays for the next.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    bytes: Zeroizing<Vec<u8>>,
    /// Counts those at the start that are used up. Moving the rest for every chunk would be slow.
    used: usize,
    /// Takes what arrives. One for all reads: to overwrite it each time would take longer than the reading.
    arrived: Zeroizing<Box<[u8]>>,
}

/// Says how the body is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
}

/// Common servers allow 100.
const HEADERS: usize = 100;

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Self { limits, bytes: Zeroizing::new(Vec::new()), used: 0, arrived: Zeroizing::new(vec![0; 16 * 1024].into()) }
    }

    pub fn read(&mut self, stream: &mut Stream) -> Result<Request, NoRequest> {
        if self.rest().is_empty() {
            stream.sock.allow(self.limits.idle_seconds);
            self.fill(stream).map_err(|_| NoRequest::Gone)?;
        }
        stream.sock.allow(self.limits.request_seconds);
        let (mut request, length, continues) = self.head(stream)?;
        if continues && self.rest().is_empty() && length != Length::Known(0) {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|_| NoRequest::Gone)?;
        }
        request.body = match length {
            Length::Known(length) => self.known(stream, length)?,
            Length::Chunked => self.chunked(stream)?,
        };
        Ok(request)
    }

    fn head(&mut self, stream: &mut Stream) -> Result<(Request, Length, bool), NoRequest> {
        loop {
            if let Some((end, head)) = parse(self.rest())? {
                if end > self.limits.head_bytes {
                    return Err(NoRequest::Refused(431, "head-too-large"));
                }
                self.take(end);
                return Ok(head);
            }
            if self.rest().len() > self.limits.head_bytes {
                return Err(NoRequest::Refused(431, "head-too-large"));
            }
            self.more(stream)?;
        }
    }

    fn known(&mut self, stream: &mut Stream, length: usize) -> Result<Zeroizing<Vec<u8>>, NoRequest> {
        if length > self.limits.body_bytes {
            return Err(NoRequest::Refused(413, "body-too-large"));
        }
        while self.rest().len() < length {
            self.more(stream)?;
        }
        Ok(self.take(length))
    }

    fn chunked(&mut self, stream: &mut Stream) -> Result<Zeroizing<Vec<u8>>, NoRequest> {
        let broken = NoRequest::Refused(400, "chunks-are-malformed");
        let mut body = Zeroizing::new(Vec::new());
        loop {
            let size = loop {
                match httparse::parse_chunk_size(self.rest()) {
                    Ok(httparse::Status::Complete((used, size))) => {
                        self.take(used);
                        break size;
                    }
                    // A chunk's extensions could go on for ever.
                    Ok(httparse::Status::Partial) if self.rest().len() < 256 => self.more(stream)?,
                    Ok(httparse::Status::Partial) | Err(_) => return Err(broken),
                }
            };
            if size == 0 {
                return self.trailer(stream).map(|()| body);
            }
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size > self.limits.body_bytes.saturating_sub(body.len()) {
                return Err(NoRequest::Refused(413, "body-too-large"));
            }
            while self.rest().len() < size + 2 {
                self.more(stream)?;
            }
            let chunk = self.take(size + 2);
            if !chunk.ends_with(b"\r\n") {
                return Err(broken);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    /// Skips the lines after the last chunk up to the empty one.
    fn trailer(&mut self, stream: &mut Stream) -> Result<(), NoRequest> {
        let mut skipped = 0;
        loop {
            while let Some(end) = self.rest().iter().position(|byte| *byte == b'\n') {
                let line = self.take(end + 1);
                if *line == *b"\r\n" || *line == *b"\n" {
                    return Ok(());
                }
                skipped += line.len();
            }
            if skipped + self.rest().len() > self.limits.head_bytes {
                return Err(NoRequest::Refused(431, "head-too-large"));
            }
            self.more(stream)?;
        }
    }

    /// Gives what was received and is not used up.
    fn rest(&self) -> &[u8] {
        &self.bytes[self.used..]
    }

    fn take(&mut self, length: usize) -> Zeroizing<Vec<u8>> {
        let taken = self.rest()[..length].to_vec();
        self.used += length;
        Zeroizing::new(taken)
    }

    /// Reads on within a request.
    fn more(&mut self, stream: &mut Stream) -> Result<(), NoRequest> {
        self.fill(stream).map_err(|error| match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => NoRequest::Refused(408, "request-too-slow"),
            _ => NoRequest::Gone,
        })
    }

    fn fill(&mut self, stream: &mut Stream) -> io::Result<()> {
        let count = stream.read(&mut self.arrived)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.bytes.drain(..self.used);
        self.used = 0;
        self.bytes.extend_from_slice(&self.arrived[..count]);
        Ok(())
    }
}

type Head = (usize, (Request, Length, bool));

/// Reads a request's head; `None` when it is not complete.
fn parse(bytes: &[u8]) -> Result<Option<Head>, NoRequest> {
    let mut fields = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Request::new(&mut fields);
    let end = match head.parse(bytes) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(NoRequest::Refused(431, "too-many-headers")),
        Err(httparse::Error::Version) => return Err(NoRequest::Refused(505, "unknown-http-version")),
        Err(_) => return Err(NoRequest::Refused(400, "head-is-malformed")),
    };
    let mut headers = Headers::default();
    for field in head.headers.iter() {
        headers.push(field.name, field.value);
    }
    let length = length(&headers)?;
    let target = head.path.unwrap_or_default();
    // Neither a proxy's absolute form nor `*`; and a fragment is never sent.
    if !target.starts_with('/') || target.contains('#') {
        return Err(NoRequest::Refused(400, "target-is-not-a-path"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let asks = |word: &str| {
        let values = headers.all("connection").flat_map(|value| value.split(|byte| *byte == b','));
        values.map(<[u8]>::trim_ascii).any(|option| option.eq_ignore_ascii_case(word.as_bytes()))
    };
    let keep_alive = if head.version == Some(1) { !asks("close") } else { asks("keep-alive") };
    let continues = headers.all("expect").any(|value| value.eq_ignore_ascii_case(b"100-continue"));
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Zeroizing::new(Vec::new()),
        keep_alive,
    };
    Ok(Some((end, (request, length, continues))))
}

/// Finds out how the body is delimited. What two readers could understand differently is refused (RFC 9112, 6.3).
fn length(headers: &Headers) -> Result<Length, NoRequest> {
    let refused = NoRequest::Refused(400, "body-length-is-ambiguous");
    let mut lengths = headers.all("content-length");
    let mut codings = headers.all("transfer-encoding");
    match (lengths.next(), lengths.next(), codings.next(), codings.next()) {
        (None, None, None, None) => Ok(Length::Known(0)),
        (Some(text), None, None, None) => {
            let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
            let text = std::str::from_utf8(text).ok().filter(|_| digits).ok_or(refused)?;
            // A number beyond the machine's is too large, whatever it is.
            Ok(Length::Known(text.parse().unwrap_or(usize::MAX)))
        }
        (None, None, Some(coding), None) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Length::Chunked),
        (None, None, Some(_), None) => Err(NoRequest::Refused(501, "unknown-transfer-coding")),
        _ => Err(refused),
    }
}

#[cfg(test)]
mod tests {
    use super::{Length, NoRequest, parse};

    #[test]
    fn a_head_is_read_whole_or_not_yet() {
        let head = b"POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
        for end in 0..head.len() - 3 {
            assert!(matches!(parse(&head[..end]), Ok(None)), "{end}");
        }
        let (end, (request, length, continues)) = parse(head).unwrap().unwrap();
        assert_eq!((end, length, continues, request.keep_alive), (head.len() - 3, Length::Known(3), false, true));
        assert_eq!((&*request.method, &*request.path, &*request.query), ("POST", "/a", "b=c"));
        assert_eq!(request.headers.one("host"), Ok("h"));
    }

    #[test]
    fn a_connection_stays_open_as_the_version_and_the_client_say() {
        for (head, expected) in [
            ("GET / HTTP/1.1\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n", false),
            ("GET / HTTP/1.0\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
        ] {
            assert_eq!(parse(head.as_bytes()).unwrap().unwrap().1.0.keep_alive, expected, "{head}");
        }
    }

    #[test]
    fn what_is_no_request_is_refused_with_its_status() {
        for (head, status) in [
            ("\u{1}\u{2}\r\n\r\n", 400),
            ("GET / HTTP/2.0\r\n\r\n", 505),
            ("GET http://h/ HTTP/1.1\r\n\r\n", 400),
            ("OPTIONS * HTTP/1.1\r\n\r\n", 400),
            ("GET /#f HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ] {
            let refused = parse(head.as_bytes()).err();
            assert!(matches!(refused, Some(NoRequest::Refused(found, _)) if found == status), "{head} {refused:?}");
        }
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200));
        assert!(matches!(parse(many.as_bytes()), Err(NoRequest::Refused(431, _))));
    }
}
