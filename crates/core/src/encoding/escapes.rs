//! Undoes encodings that write some characters as escapes and leave the others.

use memchr::{memchr_iter, memchr2, memchr2_iter, memchr3_iter};

use super::view::{Draft, Views};

/// What an escape stands for, in UTF-8, and its length in bytes.
struct Escape {
    bytes: [u8; 4],
    count: usize,
    length: usize,
}

impl Escape {
    fn byte(byte: u8, length: usize) -> Self {
        Self { bytes: [byte, 0, 0, 0], count: 1, length }
    }

    fn char(c: char, length: usize) -> Self {
        let mut bytes = [0; 4];
        let count = c.encode_utf8(&mut bytes).len();
        Self { bytes, count, length }
    }

    fn nothing(length: usize) -> Self {
        Self { bytes: [0; 4], count: 0, length }
    }
}

/// Undoes percent encoding (RFC 3986 §2.1), the escapes of JSON (RFC 8259 §7) and of most
/// programming languages, and the character references of HTML. A provider may quote its input
/// in any of them, and not every character has to be encoded.
pub(super) fn undo(bytes: &[u8], views: &mut Views<'_>) {
    decode(bytes, memchr3_iter(b'%', b'\\', b'&', bytes), escape, views);
}

/// Undoes quoted-printable (RFC 2045 §6.7).
pub(super) fn undo_quoted_printable(bytes: &[u8], views: &mut Views<'_>) {
    decode(bytes, memchr_iter(b'=', bytes), quoted_printable, views);
}

/// Removes line breaks, and the white space with which the next line begins; all white space
/// where secrets have some.
pub(super) fn join(bytes: &[u8], views: &mut Views<'_>) {
    let Some(first) = memchr2(b'\r', b'\n', bytes) else { return };
    if views.reading.blanks {
        decode(bytes, memchr3_iter(b'\r', b'\n', b' ', bytes), white_space, views);
    } else {
        let marks = memchr2_iter(b'\r', b'\n', &bytes[first..]).map(|mark| first + mark);
        decode(bytes, marks, white_space, views);
    }
}

/// Returns a text with one layer of escapes undone: percent encoding, those of JSON, and the
/// character references of HTML.
pub fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.first() {
        let escape = escape(rest).unwrap_or(Escape::byte(*first, 1));
        unescaped.extend(&escape.bytes[..escape.count]);
        rest = &rest[escape.length..];
    }
    unescaped
}

/// Adds a view of each stretch that has escapes close to each other.
fn decode(bytes: &[u8], marks: impl Iterator<Item = usize>, read: fn(&[u8]) -> Option<Escape>, views: &mut Views<'_>) {
    let reach = views.reading.reach.min(bytes.len());
    let mut draft: Option<Draft<'_>> = None;
    let mut end = 0;
    for mark in marks {
        let Some(escape) = (mark >= end).then(|| read(&bytes[mark..])).flatten() else { continue };
        let near = draft.is_some() && mark - end <= 2 * reach;
        if let Some(mut done) = draft.take_if(|_| !near) {
            done.copy_to(end + reach);
            views.push(done);
        }
        let from = if near { end } else { mark.saturating_sub(reach) };
        if !views.spend(mark - from + escape.count + if near { 0 } else { reach }) {
            break;
        }
        let draft = draft.get_or_insert_with(|| Draft::new(bytes, from));
        draft.copy_to(mark);
        draft.replace(escape.length, &escape.bytes[..escape.count]);
        end = mark + escape.length;
    }
    if let Some(mut draft) = draft {
        draft.copy_to(end + reach);
        views.push(draft);
    }
}

fn escape(text: &[u8]) -> Option<Escape> {
    match text {
        [b'%', high, low, ..] => Some(Escape::byte(hex(&[*high, *low])?.try_into().ok()?, 3)),
        [b'\\', b'u', ..] => utf16(text),
        [b'\\', b'x', high, low, ..] => Some(Escape::byte(hex(&[*high, *low])?.try_into().ok()?, 4)),
        [b'\\', short, ..] => Some(Escape::byte(
            match short {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 12,
                b'"' | b'\\' | b'/' | b'\'' => *short,
                _ => return None,
            },
            2,
        )),
        [b'&', after @ ..] => reference(after),
        _ => None,
    }
}

/// Reads `\u00e9`, or two of them that are one character.
fn utf16(text: &[u8]) -> Option<Escape> {
    let unit = |text: &[u8]| text.strip_prefix(b"\\u").and_then(|text| hex(text.get(..4)?)?.try_into().ok());
    let first: u16 = unit(text)?;
    let second = text.get(6..).and_then(unit);
    let units = [Some(first), second.filter(|_| (0xD800..0xDC00).contains(&first))];
    let c = char::decode_utf16(units.into_iter().flatten()).next()?.ok()?;
    Some(Escape::char(c, 6 * c.len_utf16()))
}

/// Reads what follows an ampersand.
fn reference(after: &[u8]) -> Option<Escape> {
    const NAMED: [(&[u8], char); 6] =
        [(b"amp", '&'), (b"lt", '<'), (b"gt", '>'), (b"quot", '"'), (b"apos", '\''), (b"nbsp", ' ')];
    // `#x10FFFF` and some zeros are the longest.
    let end = after.iter().take(12).position(|byte| *byte == b';')?;
    let c = match &after[..end] {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        name => NAMED.iter().find(|(known, _)| known == &name)?.1,
    };
    Some(Escape::char(c, end + 2))
}

fn quoted_printable(text: &[u8]) -> Option<Escape> {
    match text {
        [b'=', b'\r', b'\n', ..] => Some(Escape::nothing(3)),
        [b'=', b'\n', ..] => Some(Escape::nothing(2)),
        [b'=', high, low, ..] => Some(Escape::byte(hex(&[*high, *low])?.try_into().ok()?, 3)),
        _ => None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what undoes an escape may find none")]
fn white_space(text: &[u8]) -> Option<Escape> {
    let blank = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t');
    Some(Escape::nothing(text.iter().take_while(|byte| blank(byte)).count()))
}

/// Reads one to eight hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u32> {
    if !(1..=8).contains(&digits.len()) {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}
