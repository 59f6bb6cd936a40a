//! Downloads of finished exports, in place of the storage of the real service: `GET /_fake/download/{exportId}`.

use std::io::Cursor;

use flate2::read::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::api::context::Context;
use crate::csv::Csv;
use crate::exports::{Compression, Link};
use crate::reply::Reply;
use crate::samples::Rows;

/// Returns the file, as pre-signed links do: the link is the proof, and a second proof is refused.
pub(super) fn answer(context: &Context) -> Reply {
    if context.request.headers().contains_key("authorization") {
        let text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query \
            string parameter or the Authorization header should be specified";
        return error(400, "InvalidArgument", text).because("download-with-authorization");
    }
    let id = context.parameters.first().map_or("", |id| id);
    let signature = context.request.parameter("X-Amz-Signature").unwrap_or_default();
    let state = context.state;
    let (query, compression) = match state.exports.follow(id, context.instance, &signature, state.clock.now()) {
        Link::Good(query, compression) => (query, compression),
        Link::Expired => return error(403, "AccessDenied", "Request has expired").because("link-expired"),
        Link::Unknown => return error(403, "AccessDenied", "Access Denied").because("link-unknown"),
    };
    let rows = match query.export_rows {
        Rows::Exactly(rows) => rows,
        Rows::Configured => state.config.export_rows,
    };
    let csv = Csv::new(rows, false);
    // Compressed files, not a compressed transfer: without `Content-Encoding`.
    match compression {
        Compression::None => Reply::stream("text/csv", csv),
        Compression::Gzip => Reply::stream("application/gzip", GzEncoder::new(csv, flate2::Compression::fast())),
        // ruzstd compresses in one go.
        Compression::Zstd => {
            let file = compress_to_vec(csv, CompressionLevel::Fastest);
            Reply::stream("application/zstd", Cursor::new(file))
        }
    }
}

/// Returns an error in the form of the storage.
fn error(status: u16, code: &str, message: &str) -> Reply {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::text(status, "application/xml", text)
}
