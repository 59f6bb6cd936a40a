//! Undoes the compression of a file, a piece at a time and up to a limit.

use std::io::{self, BufRead, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use bytesize::ByteSize;
use connector_host::records::Compression;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use thiserror::Error;

/// How a member of a gzip file begins (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes to read at once.
const CHUNK: usize = 64 * 1024;

/// How many times longer than its file a result may be: DEFLATE reaches no more than 1032,
/// and that with nothing but repetition.
const RATIO: u64 = 1000;

/// Bytes up to which the ratio does not matter: a disk has room for them.
const SMALL: u64 = 100_000_000;

/// Why a download is not what it should be.
#[derive(Debug, Error)]
pub(crate) enum Unpackable {
    /// Its compression is broken.
    #[error(
        "the download is damaged, its compression is broken; run the operation again, or keep the file as it is (without --decompress)"
    )]
    Damaged,
    /// More comes out than the caller wants.
    #[error("decompressed, the download has more than {}; allow more with --max-size, or keep the file as it is (without --decompress)", .0.display().si())]
    TooLong(ByteSize),
    /// More comes out than an honest file contains.
    #[error(
        "decompressed, the download is more than {RATIO} times as long, as no honest file is; look at it as it is (without --decompress)"
    )]
    Bomb,
}

impl Unpackable {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Damaged => "download-damaged",
            Self::TooLong(_) | Self::Bomb => "download-too-large",
        }
    }
}

/// Why nothing, or not all, came out.
#[derive(Debug, Error)]
pub(super) enum Stopped {
    #[error(transparent)]
    Unpackable(#[from] Unpackable),
    #[error("the file cannot be read: {0}")]
    Source(io::Error),
    #[error("{0}")]
    Sink(io::Error),
    #[error("cancelled")]
    Cancelled,
}

/// Where decompressed bytes go, and when that ends.
pub(super) struct Sink<'a> {
    to: &'a mut dyn Write,
    cancelled: &'a AtomicBool,
    left: u64,
    beyond: fn(ByteSize) -> Unpackable,
    most: ByteSize,
}

impl<'a> Sink<'a> {
    /// Takes at most so many bytes, of a file that is so long.
    pub(super) fn new(to: &'a mut dyn Write, cancelled: &'a AtomicBool, most: ByteSize, file: u64) -> Self {
        let honest = file.saturating_mul(RATIO).max(SMALL);
        let beyond = if honest < most.0 { |_| Unpackable::Bomb } else { Unpackable::TooLong };
        Self { to, cancelled, left: honest.min(most.0), beyond, most }
    }

    fn take(&mut self, source: &mut (impl Read + ?Sized)) -> Result<(), Stopped> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let amount = match source.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(amount) => amount,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Stopped::Cancelled);
            }
            self.left = self.left.checked_sub(amount as u64).ok_or_else(|| (self.beyond)(self.most))?;
            self.to.write_all(&chunk[..amount]).map_err(Stopped::Sink)?;
        }
    }
}

/// Sorts an error: one of the system concerns the source, any other the file that is damaged.
fn unreadable(error: io::Error) -> Stopped {
    if error.raw_os_error().is_some() { Stopped::Source(error) } else { Unpackable::Damaged.into() }
}

/// Decompresses a file into a sink. One in gzip that does not look like it passes as it
/// is: a server that called the file's compression one of the transfer has had it undone
/// on the way.
pub(super) fn decompress(
    source: &mut dyn BufRead,
    compression: Compression,
    sink: &mut Sink<'_>,
) -> Result<(), Stopped> {
    match compression {
        Compression::Gzip if source.fill_buf().map_err(Stopped::Source)?.starts_with(&GZIP) => {
            sink.take(&mut MultiGzDecoder::new(source))
        }
        Compression::None | Compression::Gzip => sink.take(source),
        Compression::Zstd => zstd(source, sink),
    }
}

/// A file holds any number of frames, some of which are to be skipped (RFC 8878
/// §3.1).
fn zstd(mut source: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    while !source.fill_buf().map_err(Stopped::Source)?.is_empty() {
        match StreamingDecoder::new(&mut source) {
            Ok(mut decoder) => {
                sink.take(&mut decoder)?;
                let frame = &decoder.decoder;
                if frame.get_checksum_from_data().is_some_and(|sum| frame.get_calculated_checksum() != Some(sum)) {
                    return Err(Unpackable::Damaged.into());
                }
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let skipped = io::copy(&mut source.take(length.into()), &mut io::sink()).map_err(Stopped::Source)?;
                if skipped < u64::from(length) {
                    return Err(Unpackable::Damaged.into());
                }
            }
            Err(_) => return Err(Unpackable::Damaged.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use flate2::write::GzEncoder;

    use super::*;

    static GOING_ON: AtomicBool = AtomicBool::new(false);

    fn unpacked(bytes: &[u8], compression: Compression) -> Result<Vec<u8>, Stopped> {
        let mut to = Vec::new();
        let length = bytes.len() as u64;
        let mut sink = Sink::new(&mut to, &GOING_ON, ByteSize::gb(10), length);
        decompress(&mut &*bytes, compression, &mut sink).map(|()| to)
    }

    fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_ref()).unwrap();
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
            let stopped = unpacked(&bytes[..bytes.len() - 2], compression).unwrap_err();
            assert!(matches!(stopped, Stopped::Unpackable(Unpackable::Damaged)), "{compression:?}: {stopped}");
        }
        assert!(unpacked(b"a,b\n", Compression::Zstd).is_err());
    }

    /// A frame of one block that repeats a byte, 128 KiB from four.
    fn bomb(blocks: usize) -> Vec<u8> {
        let header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
        let block = |last: u32| [&((128 << 10) << 3 | 1 << 1 | last).to_le_bytes()[..3], b"x"].concat();
        let blocks = (1..=blocks).flat_map(|number| block(u32::from(number == blocks)));
        header.into_iter().chain(blocks).collect()
    }

    #[test]
    fn what_comes_out_has_a_limit_and_a_ratio() {
        let most = |bytes: &[u8], compression, most| {
            let sink = &mut io::sink();
            let mut sink = Sink::new(sink, &GOING_ON, ByteSize(most), bytes.len() as u64);
            decompress(&mut &*bytes, compression, &mut sink).map_err(|stopped| stopped.to_string())
        };
        let (zeroes, small, large) = (gzip([0; 1000]), bomb(2), bomb(1000));
        assert_eq!(most(&zeroes, Compression::Gzip, 1000), Ok(()));
        let too_long = most(&zeroes, Compression::Gzip, 999).unwrap_err();
        assert!(too_long.starts_with("decompressed, the download has more than 999 B; "), "{too_long}");
        assert_eq!(most(&small, Compression::Zstd, u64::MAX), Ok(()), "a small one does no harm");
        let bomb = most(&large, Compression::Zstd, u64::MAX).unwrap_err();
        assert!(bomb.contains("more than 1000 times as long"), "{bomb}");
    }
}
