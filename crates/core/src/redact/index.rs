//! Finds parts of secrets in one pass over a text.

use std::ops::Range;

use zeroize::Zeroizing;

use super::needle::{Needle, key};
use super::{REACH, SHORTEST_SECRET};
use crate::encoding::{Kept, Reading, View};

/// Entries of the table for each pair of bytes of a secret: pairs of other texts rarely share one.
const SLOTS: usize = 8;

/// Most entries, which fit into the first cache.
const MOST_SLOTS: usize = 1 << 12;

/// An index of secrets by stretches of [`SHORTEST_SECRET`] bytes.
pub(super) struct Index {
    pub(super) needles: Vec<Needle>,
    /// What stands before a secret that was encoded with it: an id and a colon.
    pub(super) before: Vec<String>,
    /// How to read texts.
    pub(super) reading: Reading,
    /// How far to go on where a stretch ends with a pair of bytes (Wu and Manber, "A fast
    /// algorithm for multi-pattern searching"). Zero: a stretch of a secret ends with it.
    skips: Box<[u8]>,
    /// The number of bits of the hash of a pair that are left out.
    shift: u32,
    /// Stretches with needle and place, in order.
    stretches: Zeroizing<Vec<(u64, u32, u32)>>,
}

/// A part of a secret in a view.
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not depend on each other")]
pub(super) struct Run {
    pub(super) range: Range<usize>,
    /// Whether it is long and telling enough.
    pub(super) counts: bool,
    /// Whether it is the beginning of the secret, and not in the open.
    pub(super) begins: bool,
    /// Whether it is all of the secret.
    pub(super) whole: bool,
    /// Whether the secret is in the open too.
    pub(super) public: bool,
}

impl Default for Index {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Index {
    pub(super) fn new(needles: Vec<Needle>, before: Vec<String>) -> Self {
        let mut stretches = Zeroizing::new(Vec::new());
        let marks: usize = needles.iter().map(|needle| needle.marks().count()).sum();
        let slots = (SLOTS * marks).next_power_of_two().clamp(2, MOST_SLOTS);
        let shift = u32::BITS - slots.ilog2();
        let mut skips = vec![SKIP; slots].into_boxed_slice();
        for (number, needle) in (0..).zip(&needles) {
            for at in needle.marks() {
                let stretch = &needle.bytes[at..at + SHORTEST_SECRET];
                stretches.push((key(stretch), number, u32::try_from(at).unwrap_or(u32::MAX)));
                for (pair, skip) in stretch.windows(2).zip((0..SKIP).rev()) {
                    let known = &mut skips[slot(pair[0], pair[1], shift)];
                    *known = skip.min(*known);
                }
            }
        }
        stretches.sort_unstable();
        let longest = needles.iter().map(|needle| needle.bytes.len()).max().unwrap_or(0);
        let reading = Reading {
            kept: Kept::new(needles.iter().map(|needle| needle.bytes.as_slice())),
            // Room for a secret that is encoded once more, three bytes for one.
            reach: (4 * longest).clamp(256, REACH),
            shortest: SHORTEST_SECRET,
            blanks: needles.iter().any(|needle| needle.bytes.iter().any(u8::is_ascii_whitespace)),
        };
        Self { needles, before, reading, skips, shift, stretches }
    }

    /// Calls `found` with every part of a secret that is long enough to be one.
    pub(super) fn search(&self, view: &View, mut found: impl FnMut(&Run)) {
        let bytes = &view.bytes[..];
        let mut end = SHORTEST_SECRET;
        while end <= bytes.len() {
            let skip = self.skips[slot(bytes[end - 2], bytes[end - 1], self.shift)];
            if skip > 0 {
                end += usize::from(skip);
                continue;
            }
            let stretch = key(&bytes[end - SHORTEST_SECRET..end]);
            let first = self.stretches.partition_point(|(known, ..)| *known < stretch);
            let same = self.stretches[first..].iter().take_while(|(known, ..)| *known == stretch);
            let mut next = end + 1;
            for (_, needle, at) in same {
                let run = self.run(view, end - SHORTEST_SECRET, &self.needles[*needle as usize], *at as usize);
                found(&run);
                // What counts is not looked at again, or a text that repeats a secret would be
                // read once for each of its bytes.
                if run.counts {
                    next = next.max(run.range.end + 1);
                }
            }
            end = next;
        }
    }

    /// Extends a stretch as far as text and secret agree.
    fn run(&self, view: &View, at: usize, needle: &Needle, place: usize) -> Run {
        let text = &view.bytes[..];
        let (before, after) = (text[..at].iter().rev(), text[at..].iter());
        let secret_before = needle.bytes[..place].iter().rev();
        let left = before.zip(secret_before).take_while(|(a, b)| a == b).count();
        let right = after.zip(&needle.bytes[place..]).take_while(|(a, b)| a == b).count();
        let part = place - left..place + right;
        let mut range = at - left..at + right;
        if view.is_from_digits() && part.start == 0 {
            let before = self.before.iter().filter(|before| text[..range.start].ends_with(before.as_bytes()));
            range.start -= before.map(String::len).max().unwrap_or(0);
        }
        Run {
            range,
            counts: needle.counts(&part),
            begins: part.start == 0 && !needle.is_open(&part),
            whole: part.len() == needle.bytes.len(),
            public: needle.public,
        }
    }
}

/// How far to go on after a pair that no secret has: no stretch ends before.
const SKIP: u8 = 7;

const _: () = assert!(SKIP as usize == SHORTEST_SECRET - 1);

fn slot(first: u8, second: u8, shift: u32) -> usize {
    let pair = u32::from(first) << 8 | u32::from(second);
    // Fibonacci hashing.
    (pair.wrapping_mul(0x9E37_79B1) >> shift) as usize
}
