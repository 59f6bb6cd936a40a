//! What to look for: the shapes of a secret, and which of its parts are telling.

use std::ops::Range;

use zeroize::Zeroizing;

use super::SHORTEST_SECRET;
use crate::encoding::unescaped;
use crate::entries::{is_blank, trim};

/// Shortest part that counts although it reads like a word, in bytes: few words are that long,
/// and two in a row are no accident.
const LONG_PART: usize = 16;

/// Most changes between kinds of characters (small letters, capitals, digits, others) that a
/// stretch of a word or number has: `re-Print`. Random letters and digits have four.
const CHANGES: usize = 2;

/// A secret in one of its shapes.
#[derive(Clone)]
pub(super) struct Needle {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Length of the shortest part that counts, in bytes.
    pub(super) shortest: usize,
    /// Whether the secret also stands where everyone may see it: someone pasted
    /// the same text twice. Finding it then proves nothing.
    pub(super) public: bool,
    /// Whether a stretch of [`SHORTEST_SECRET`] bytes that begins here is none that ordinary text
    /// has too.
    telling: Vec<bool>,
    /// Whether a stretch that begins here is part of a text that everyone may see.
    open: Vec<bool>,
}

/// Texts that everyone may see, in lower case.
pub(super) struct Public(Vec<String>);

impl Public {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Self(texts.map(str::to_lowercase).collect())
    }

    fn contains(&self, part: &[u8]) -> bool {
        let part = part.to_ascii_lowercase();
        self.0.iter().any(|text| memchr::memmem::find(text.as_bytes(), &part).is_some())
    }
}

/// Adds a secret in every shape in which it travels.
pub(super) fn learn(needles: &mut Vec<Needle>, secret: &str, public: &Public, known: &Public) {
    if known.contains(trim(secret).as_bytes()) {
        return;
    }
    let cleaned = cleaned(secret);
    // Once they are decoded, secrets that look like escapes are decoded too; a form writes spaces
    // as `+`; lines may be joined.
    let plain = [trim(secret).as_bytes(), trim(&cleaned).as_bytes()].map(|shape| Zeroizing::new(shape.to_vec()));
    let is_public = public.contains(&plain[0]);
    let once = plain.clone().map(|shape| Zeroizing::new(unescaped(&shape)));
    let twice = once.clone().map(|shape| Zeroizing::new(unescaped(&shape)));
    let form =
        plain.clone().map(|shape| Zeroizing::new(shape.iter().map(|b| if *b == b' ' { b'+' } else { *b }).collect()));
    let joined = plain.clone().map(|shape| joined(&shape));
    // In JSON, and in JSON in it: undone together with escapes of the secret's own they give
    // something else than the secret.
    let quoted = plain.clone().map(|shape| quoted(&shape));
    let requoted = quoted.clone().map(|shape| self::quoted(&shape));
    let unquoted = quoted.clone().map(|shape| Zeroizing::new(unescaped(&shape)));
    for shape in [plain, once, twice, form, joined, quoted, requoted, unquoted].into_iter().flatten() {
        let twice = needles.iter().any(|needle| needle.bytes == shape);
        if shape.len() >= SHORTEST_SECRET && !twice {
            let shortest = SHORTEST_SECRET.max(shape.len() / 8);
            needles.push(Needle::new(shape, shortest, is_public, &[public, known]));
        }
    }
}

impl Needle {
    /// Makes the needle of a token. None: it is too short.
    pub(super) fn token(token: &str) -> Option<Self> {
        let shortest = SHORTEST_SECRET.max(token.len() / 2);
        let bytes = Zeroizing::new(token.as_bytes().to_vec());
        (bytes.len() >= SHORTEST_SECRET).then(|| Self::new(bytes, shortest, false, &[]))
    }

    fn new(bytes: Zeroizing<Vec<u8>>, shortest: usize, public: bool, texts: &[&Public]) -> Self {
        let open = open(&bytes, texts);
        // Random letters and digits change at three of five places, hexadecimal digits at half.
        let random = 5 * changes(&bytes) >= 2 * (bytes.len() - 1);
        let telling = bytes.windows(SHORTEST_SECRET).zip(&open);
        let telling = telling.map(|(window, open)| random && !open && changes(window) > CHANGES);
        Self { telling: telling.collect(), bytes, shortest, public, open }
    }

    /// Returns whether it shares a stretch with a text.
    pub(super) fn shares_with(&self, texts: &Public) -> bool {
        open(&self.bytes, &[texts]).contains(&true)
    }

    /// Returns whether a part counts.
    pub(super) fn counts(&self, part: &Range<usize>) -> bool {
        if part.len() == self.bytes.len() {
            return true;
        }
        let long = part.len() >= LONG_PART && !self.is_open(part);
        part.len() >= self.shortest && (long || self.telling[stretches(part)].iter().any(|telling| *telling))
    }

    /// Returns whether everyone may see a part.
    pub(super) fn is_open(&self, part: &Range<usize>) -> bool {
        self.open[stretches(part)].iter().all(|open| *open)
    }

    /// Returns where to take the stretches by which every part that counts is found.
    pub(super) fn marks(&self) -> impl Iterator<Item = usize> {
        (0..=self.bytes.len() - SHORTEST_SECRET).step_by(self.shortest - (SHORTEST_SECRET - 1))
    }
}

/// Returns which stretches of a secret are part of some texts, in any case.
fn open(secret: &[u8], texts: &[&Public]) -> Vec<bool> {
    let lower = Zeroizing::new(secret.to_ascii_lowercase());
    let keys = Zeroizing::new(lower.windows(SHORTEST_SECRET).map(key).collect::<Vec<_>>());
    let mut open = vec![false; keys.len()];
    let texts = texts.iter().flat_map(|texts| &texts.0);
    for known in texts.flat_map(|text| text.as_bytes().windows(SHORTEST_SECRET)).map(key) {
        open.iter_mut().zip(keys.iter()).for_each(|(open, key)| *open |= *key == known);
    }
    open
}

/// Returns a stretch as a number.
pub(super) fn key(stretch: &[u8]) -> u64 {
    stretch.iter().fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// Returns where the stretches of a part begin.
fn stretches(part: &Range<usize>) -> Range<usize> {
    part.start..part.end - (SHORTEST_SECRET - 1)
}

/// Counts how often kinds of characters change.
fn changes(stretch: &[u8]) -> usize {
    let kind = |byte: u8| match byte {
        b'a'..=b'z' | 0x80.. => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    stretch.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count()
}

/// Returns a secret as a connector repeats it in a text that it has cleaned: white
/// space is a space, what does not print is gone.
fn cleaned(secret: &str) -> Zeroizing<String> {
    let shown = secret.chars().map(|c| if is_blank(c) { ' ' } else { c });
    let reorders =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    Zeroizing::new(shown.filter(|c| !c.is_control() && !reorders(*c)).collect())
}

/// Returns a secret as it stands in a string of JSON.
fn quoted(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    // With room for all of it: a vector that grows leaves copies behind.
    let mut quoted = Zeroizing::new(Vec::with_capacity(2 * secret.len()));
    for byte in secret {
        if matches!(byte, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted
}

/// Returns a secret without white space.
fn joined(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect())
}
