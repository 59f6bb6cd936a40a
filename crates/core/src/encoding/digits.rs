//! Undoes encodings that write bytes as digits: base64 and hexadecimal.

use std::ops::Range;

use super::view::{Group, Views};

/// What is no letter of base64.
const OTHER: u8 = 64;

/// The value of each letter of base64 (RFC 4648 §4 and §5).
const VALUES: [u8; 256] = {
    let mut values = [OTHER; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        values[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// Four letters of base64 are three bytes.
const BASE64: Group = Group { letters: 4, bytes: 3 };

/// Two hexadecimal digits are one byte.
const HEX: Group = Group { letters: 2, bytes: 1 };

/// Undoes base64 of both alphabets, padded or not. Letters of something else may precede what
/// was encoded, so each of four positions may be where it begins.
pub(super) fn undo_base64(bytes: &[u8], views: &mut Views<'_>) {
    let reading = views.reading;
    let roles = &reading.kept.roles;
    runs(
        bytes,
        // Those of the shortest stretch, and two groups.
        (reading.shortest * 4).div_ceil(3).max(8),
        |byte| VALUES[usize::from(byte)] != OTHER,
        |run| {
            // How far each position is decoded.
            let mut done = [0; 4];
            for begin in run.start..run.end - 7 {
                let at = begin + 7;
                if !roles.fit(&bytes[begin..]) || !roles.fit(&bytes[begin + 4..]) || at < done[at % 4] {
                    continue;
                }
                // The two groups that fit, and the bytes of the one before that may belong to them.
                let begin = if begin - run.start < 4 { begin } else { begin - 4 };
                let noise = bytes[at + 1..run.end].chunks_exact(4).position(|group| !roles.fit(group));
                let end = noise.map_or(run.end, |groups| at + 1 + 4 * (groups + 1));
                if !views.spend(end - begin) {
                    return false;
                }
                // Bits that are left over belong to the last byte, and so does the padding.
                let padding = bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
                let padded = (end == run.end).then_some(end + padding);
                views.push_kept(&decoded(&bytes[begin..end]), begin, BASE64, padded);
                done[at % 4] = end;
            }
            true
        },
    );
}

fn decoded(letters: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(letters.len() / 4 * 3 + 3);
    for group in letters.chunks(4) {
        let value = |index: usize| group.get(index).map_or(0, |letter| VALUES[usize::from(*letter)] & 63);
        let values = [value(0), value(1), value(2), value(3)];
        let bytes = [values[0] << 2 | values[1] >> 4, values[1] << 4 | values[2] >> 2, values[2] << 6 | values[3]];
        decoded.extend_from_slice(&bytes[..group.len() - 1]);
    }
    decoded
}

/// Which letters can be the first, second and third of four that stand for kept bytes: most text
/// is no base64, and this tells without decoding it four times.
#[derive(Clone)]
pub(super) struct Roles([u8; 256]);

impl Roles {
    pub(super) fn new(kept: impl Fn(u8) -> bool) -> Self {
        let mut roles = [0; 64];
        for byte in (0..=255).filter(|byte| kept(*byte)) {
            for (value, roles) in (0..).zip(&mut roles) {
                let first = value == byte >> 2;
                let second = value & 15 == byte >> 4;
                let third = value & 3 == byte >> 6;
                *roles |= u8::from(first) | u8::from(second) << 1 | u8::from(third) << 2;
            }
        }
        Self(VALUES.map(|value| roles.get(usize::from(value)).copied().unwrap_or(0)))
    }

    fn fit(&self, group: &[u8]) -> bool {
        let [first, second, third, ..] = *group else { return false };
        let roles = |letter: u8| self.0[usize::from(letter)];
        // Without a branch: whether one letter fits is hard to predict.
        roles(first) & roles(second) >> 1 & roles(third) >> 2 & 1 == 1
    }
}

/// Undoes hexadecimal in either case.
pub(super) fn undo_hex(bytes: &[u8], views: &mut Views<'_>) {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    runs(
        bytes,
        2 * views.reading.shortest,
        |byte| byte.is_ascii_hexdigit(),
        |run| {
            if !views.spend(run.len()) {
                return false;
            }
            for begin in [run.start, run.start + 1] {
                let pairs = bytes[begin..run.end].chunks_exact(2);
                let decoded: Vec<_> = pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
                views.push_kept(&decoded, begin, HEX, None);
            }
            true
        },
    );
}

/// Calls `each` with every run of bytes that has a length, until it returns false.
fn runs(bytes: &[u8], length: usize, is: impl Fn(u8) -> bool, mut each: impl FnMut(Range<usize>) -> bool) {
    let mut from = 0;
    while let Some(window) = bytes.get(from..from + length) {
        // From the end, so that most bytes of short words are never looked at.
        if let Some(other) = window.iter().rposition(|byte| !is(*byte)) {
            from += other + 1;
            continue;
        }
        let end = bytes[from + length..].iter().position(|byte| !is(*byte));
        let end = end.map_or(bytes.len(), |end| from + length + end);
        if !each(from..end) {
            return;
        }
        from = end + 1;
    }
}
