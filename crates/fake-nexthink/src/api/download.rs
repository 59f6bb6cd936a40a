//! Stands for the storage to which finished exports are written: `GET /_tenant/download/{exportId}`.

use flate2::write::GzEncoder;

use crate::api::Context;
use crate::api::export::{Compression, Link};
use crate::api::nql::write_csv;
use crate::reply::Reply;
use crate::samples::Rows;
use crate::zstd::Frame;

/// Answers like pre-signed links do: the link is the proof, and a second one is refused.
pub(super) fn answer(context: &Context) -> Reply {
    if context.request.headers.contains("authorization") {
        let text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query \
            string parameter or the Authorization header should be specified";
        return error(400, "InvalidArgument", text).because("download-with-authorization");
    }
    let id = context.parameters.first().copied().unwrap_or_default();
    let signature = context.request.parameter("X-Amz-Signature").unwrap_or_default();
    let service = context.service;
    let (query, compression) = match service.exports.follow(id, context.instance, &signature, service.clock.now()) {
        Link::Good(query, compression) => (query, compression),
        Link::Expired => return error(403, "AccessDenied", "Request has expired").because("link-expired"),
        Link::Unknown => return error(403, "AccessDenied", "Access Denied").because("link-unknown"),
    };
    let rows = match query.export_rows {
        Rows::Exactly(rows) => rows,
        Rows::Configured => service.config.export_rows,
    };
    match compression {
        Compression::None => Reply::stream("text/csv", None, Box::new(move |out| write_csv(out, rows, false))),
        // A compressed file, not a compressed transfer: without `Content-Encoding`.
        Compression::Gzip => Reply::stream(
            "application/gzip",
            None,
            Box::new(move |out| {
                let mut encoder = GzEncoder::new(out, flate2::Compression::fast());
                write_csv(&mut encoder, rows, false)?;
                encoder.finish().map(drop)
            }),
        ),
        Compression::Zstd => Reply::stream(
            "application/zstd",
            None,
            Box::new(move |out| {
                let mut frame = Frame::new(out)?;
                write_csv(&mut frame, rows, false)?;
                frame.finish()
            }),
        ),
    }
}

/// Answers in the shape of the storage.
fn error(status: u16, code: &str, message: &str) -> Reply {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::text(status, "application/xml", text)
}
