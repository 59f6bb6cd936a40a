//! Undoes the compression of a file, a piece at a time.

use std::io::{self, BufRead, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use connector_host::records::Compression;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

/// How a member of a gzip file begins (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes to read at once.
const CHUNK: usize = 64 * 1024;

/// Decompresses a file into a sink and returns how many bytes came out. One in
/// gzip that does not look like it passes as it is: a server that called the file's
/// compression one of the transfer has had it undone on the way.
pub(super) fn decompress(
    source: &mut dyn BufRead,
    compression: Compression,
    sink: &mut dyn Write,
    cancelled: &AtomicBool,
) -> io::Result<u64> {
    let sink = &mut Cancellable { sink, cancelled };
    match compression {
        Compression::Gzip if source.fill_buf()?.starts_with(&GZIP) => copy(&mut MultiGzDecoder::new(source), sink),
        Compression::None | Compression::Gzip => copy(source, sink),
        Compression::Zstd => zstd(source, sink),
    }
}

/// A file holds any number of frames, some of which are to be skipped (RFC 8878
/// §3.1).
fn zstd(mut source: &mut dyn BufRead, sink: &mut dyn Write) -> io::Result<u64> {
    let mut bytes = 0;
    while !source.fill_buf()?.is_empty() {
        match StreamingDecoder::new(&mut source) {
            Ok(mut decoder) => {
                bytes += copy(&mut decoder, sink)?;
                let frame = &decoder.decoder;
                if frame.get_checksum_from_data().is_some_and(|sum| frame.get_calculated_checksum() != Some(sum)) {
                    return Err(damaged());
                }
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let skipped = io::copy(&mut source.take(length.into()), &mut io::sink())?;
                if skipped < u64::from(length) {
                    return Err(damaged());
                }
            }
            Err(_) => return Err(damaged()),
        }
    }
    Ok(bytes)
}

fn copy(source: &mut (impl Read + ?Sized), sink: &mut dyn Write) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        match source.read(&mut chunk)? {
            0 => return Ok(bytes),
            amount => {
                sink.write_all(&chunk[..amount])?;
                bytes += amount as u64;
            }
        }
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the compressed file is damaged")
}

/// A sink that takes no more once it was cancelled.
struct Cancellable<'a> {
    sink: &'a mut dyn Write,
    cancelled: &'a AtomicBool,
}

impl Write for Cancellable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Not `Interrupted`, after which writers try again.
        if self.cancelled.load(Ordering::Relaxed) { Err(io::Error::other("cancelled")) } else { self.sink.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use flate2::write::GzEncoder;

    use super::*;

    fn unpacked(bytes: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
        let mut sink = Vec::new();
        let count = decompress(&mut &*bytes, compression, &mut sink, &AtomicBool::new(false))?;
        assert_eq!(count, sink.len() as u64);
        Ok(sink)
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// One raw block in a frame without checksum, content size or window.
    fn frame(text: &str) -> Vec<u8> {
        let size = u8::try_from(text.len()).unwrap();
        let header = [0x28, 0xb5, 0x2f, 0xfd, 0x20, size];
        let block = (u32::from(size) << 3 | 1).to_le_bytes();
        [&header[..], &block[..3], text.as_bytes()].concat()
    }

    #[test]
    fn several_members_and_frames_are_one_file() {
        assert_eq!(unpacked(&[gzip("a,b\n"), gzip("1,2\n")].concat(), Compression::Gzip).unwrap(), b"a,b\n1,2\n");
        let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7];
        let file = [&frame("a,b\n")[..], &skipped, &frame("1,2\n")].concat();
        assert_eq!(unpacked(&file, Compression::Zstd).unwrap(), b"a,b\n1,2\n");
        assert_eq!(unpacked(b"a,b\n", Compression::None).unwrap(), b"a,b\n");
    }

    #[test]
    fn a_file_that_was_decompressed_on_the_way_passes_as_it_is() {
        assert_eq!(unpacked(b"a,b\n", Compression::Gzip).unwrap(), b"a,b\n");
    }

    #[test]
    fn a_file_that_breaks_off_is_an_error() {
        for (bytes, compression) in [(gzip("a,b\n1,2\n"), Compression::Gzip), (frame("a,b\n1,2\n"), Compression::Zstd)]
        {
            assert!(unpacked(&bytes[..bytes.len() - 2], compression).is_err(), "{compression:?}");
        }
        assert!(unpacked(b"a,b\n", Compression::Zstd).is_err());
    }
}
