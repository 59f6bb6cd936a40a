//! Rows of a query as CSV (RFC 4180).

use std::io::{self, Read};

use serde_json::Value;

use crate::samples::{COLUMNS, row};

/// The rows of a query as a CSV file with a header line, made while it is read.
pub(crate) struct Csv {
    row: u64,
    rows: u64,
    utc: bool,
    line: String,
    /// The number of bytes of the line that were read.
    read: usize,
}

impl Csv {
    /// Returns the first `rows` rows, with times in UTC or in the zone of the tenant.
    pub(crate) fn new(rows: u64, utc: bool) -> Self {
        Self { row: 0, rows, utc, line: COLUMNS.join(",") + "\r\n", read: 0 }
    }

    /// Makes the next line; `false` at the end.
    fn advance(&mut self) -> bool {
        if self.row == self.rows {
            return false;
        }
        self.line.clear();
        self.read = 0;
        for (index, value) in row(self.row, self.utc).iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            match value {
                Value::String(text) if text.contains([',', '"', '\r', '\n']) => {
                    self.line.extend(["\"", &text.replace('"', "\"\""), "\""]);
                }
                Value::String(text) => self.line.push_str(text),
                other => self.line.push_str(&other.to_string()),
            }
        }
        self.line.push_str("\r\n");
        self.row += 1;
        true
    }
}

impl Read for Csv {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() && !self.advance() {
            return Ok(0);
        }
        let count = (&self.line.as_bytes()[self.read..]).read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::Csv;

    #[test]
    fn a_value_with_a_comma_is_quoted() {
        let text = io::read_to_string(Csv::new(1, true)).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains("\"Windows 11, version 24H2\""), "{text}");
    }
}
