//! Downloads: streamed, whole or a failure.

use std::io::{self, Write};

use host_test::model::Request;
use host_test::transport::{DownloadError, Downloaded, SendError, Transport};

use super::authority::Authority;
use super::server::{Server, Then, get};

/// What came of a download: its result, its body, and what was told on the way.
type Came = (Result<Downloaded, DownloadError>, Vec<u8>, Vec<(u64, Option<u64>)>);

fn download(server: &Server, authority: &Authority, request: &Request) -> Came {
    let (mut body, mut told) = (Vec::new(), Vec::new());
    let client: &dyn Transport = &server.client(authority);
    let result = client.download(request, &mut body, &mut |done, total| told.push((done, total)));
    (result, body, told)
}

fn file() -> Request {
    Request { response_limit: u32::MAX, ..get("/file?signature=l1nk") }
}

#[track_caller]
fn assert_failed(result: Result<Downloaded, DownloadError>, code: &str) {
    match result {
        Err(DownloadError::Send(SendError::Failed(failure))) => {
            assert_eq!(failure.code, code);
            assert!(!format!("{failure:?}").contains("l1nk"), "{failure:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_body_is_streamed_and_its_length_told_where_it_is_known() {
    let authority = Authority::new();
    let long = "x".repeat(300_000);
    for (answer, total) in [
        (format!("HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n{long}"), Some(300_000)),
        (format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", 300_000), None),
    ] {
        let server = Server::answering(&authority, answer);
        let (result, body, told) = download(&server, &authority, &file());
        assert!(matches!(result, Ok(Downloaded::Whole { bytes: 300_000 })), "{result:?}");
        assert_eq!(body, long.as_bytes());
        assert!(told.len() > 2 && told.iter().all(|(_, of)| *of == total), "{told:?}");
        assert_eq!((told[0].0, told[told.len() - 1].0), (0, 300_000));
        let head = &server.received()[0].head;
        assert!(!head.iter().any(|line| line.starts_with("authorization") || line.starts_with("cookie")), "{head:?}");
    }
}

#[test]
fn a_body_that_breaks_off_is_a_failure() {
    let authority = Authority::new();
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf",
    ] {
        let server = Server::start(authority.identity(), move |_, stream| {
            stream.write_all(answer.as_bytes()).map(|()| Then::Break)
        });
        assert_failed(download(&server, &authority, &file()).0, "network");
    }
}

#[test]
fn what_is_no_success_comes_back_and_nothing_is_written() {
    let authority = Authority::new();
    let long = "x".repeat(70_000);
    for (status, text, kept) in [(403, "expired", "expired"), (302, "moved", "moved"), (404, &*long, "")] {
        let length = text.len();
        let head = format!("HTTP/1.1 {status} No\r\nlocation: https://evil.example/\r\ncontent-length: {length}");
        let server = Server::answering(&authority, format!("{head}\r\n\r\n{text}"));
        let (result, body, _) = download(&server, &authority, &file());
        let Ok(Downloaded::Refused(response)) = result else { panic!("{result:?}") };
        assert_eq!((response.status, response.body.as_slice()), (status, kept.as_bytes()));
        assert_eq!((body.len(), server.received().len()), (0, 1));
    }
}

#[test]
fn a_download_ends_with_its_time_its_limit_or_its_sink() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("full"))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nhalf")?;
        stream.flush()?;
        std::thread::sleep(std::time::Duration::from_secs(3));
        Ok(Then::Close)
    });
    assert_failed(download(&server, &authority, &Request { timeout: 1, ..file() }).0, "timeout");
    let server = Server::answering(&authority, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345");
    let short = Request { response_limit: 4, ..file() };
    assert_failed(download(&server, &authority, &short).0, "response-too-large");
    let client: &dyn Transport = &server.client(&authority);
    let result = client.download(&file(), &mut Full, &mut |_, _| ());
    assert!(matches!(result, Err(DownloadError::Write(_))), "{result:?}");
}
