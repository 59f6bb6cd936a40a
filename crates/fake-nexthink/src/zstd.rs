//! Writes Zstandard frames of raw blocks (RFC 8878): every decoder reads them, and no compressor is needed.

use std::io::{self, Write};

/// Writes one frame.
pub(super) struct Frame<'a> {
    out: &'a mut dyn Write,
    block: Vec<u8>,
}

/// The largest block of RFC 8878, section 3.1.1.2.4, for a window of this size or more.
const BLOCK: usize = 128 * 1024;

impl<'a> Frame<'a> {
    pub fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        // Magic number; a descriptor without content size, checksum or dictionary; a window of 128 KiB: 2^(10 + 7).
        out.write_all(&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3])?;
        Ok(Self { out, block: Vec::with_capacity(BLOCK) })
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.send(true)
    }

    fn send(&mut self, last: bool) -> io::Result<()> {
        // Bit 0 marks the last block, bits 1 and 2 the type (raw), the others give the size.
        let size = u32::try_from(self.block.len()).unwrap_or(0) << 3 | u32::from(last);
        self.out.write_all(&size.to_le_bytes()[..3])?;
        self.out.write_all(&self.block)?;
        self.block.clear();
        Ok(())
    }
}

impl Write for Frame<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.send(false)?;
        }
        let count = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{BLOCK, Frame};

    #[test]
    fn a_frame_is_its_header_and_raw_blocks() {
        let content = vec![b'x'; BLOCK + 1];
        let mut bytes = Vec::new();
        let mut frame = Frame::new(&mut bytes).unwrap();
        frame.write_all(&content).unwrap();
        frame.finish().unwrap();
        assert_eq!(bytes[..9], [0x28, 0xb5, 0x2f, 0xfd, 0, 56, 0, 0, 0x10]);
        // The last block: 1 byte, raw, last.
        assert_eq!(bytes[9 + BLOCK..], [9, 0, 0, b'x']);
    }
}
