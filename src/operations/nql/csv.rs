//! Records of CSV (RFC 4180).

/// Counts the records, a header line included. Line breaks in quotes are part of a
/// field; an empty line is a record with one empty field.
pub fn records(text: &str) -> usize {
    let (mut count, mut quoted, mut open) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            b'"' => {
                quoted = !quoted;
                open = true;
            }
            b'\n' if !quoted => {
                count += 1;
                open = false;
            }
            b'\r' => {}
            _ => open = true,
        }
    }
    count + usize::from(open)
}

#[cfg(test)]
mod tests {
    use super::records;

    #[test]
    fn a_line_break_in_quotes_ends_no_record() {
        for (text, count) in [
            ("", 0),
            ("name\r\n", 1),
            ("name\r\nPC-1\r\nPC-2", 3),
            ("name\n\"a\nb\"\n", 2),
            ("name\n\"say \"\"hi\n\"\"\",x\n", 2),
            ("\n\n", 2),
            ("name\r\nPC-1\r\n\r\nPC-3\r\n", 4),
        ] {
            assert_eq!(records(text), count, "{text:?}");
        }
    }
}
