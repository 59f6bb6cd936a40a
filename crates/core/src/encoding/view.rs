//! Stretches of a text with their encodings undone.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::{LAYERS, digits, escapes};

/// How to read texts in which certain secrets may be.
pub(crate) struct Reading {
    pub(crate) kept: Arc<Kept>,
    /// How many bytes around an escape belong to the view of it.
    pub(crate) reach: usize,
    /// Shortest stretch of decoded base64 or hexadecimal to keep, in bytes.
    pub(crate) shortest: usize,
    /// Whether a secret has white space, which a line break may replace.
    pub(crate) blanks: bool,
}

/// The bytes that can be part of a secret, encoded or not. What base64 makes of other words is
/// noise, and most of its bytes are others.
pub(crate) struct Kept {
    bytes: [bool; 256],
    pub(super) roles: digits::Roles,
}

/// What texts without other bytes share.
static PRINTABLE: LazyLock<Arc<Kept>> = LazyLock::new(|| Kept::of(is_printable));

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

impl Kept {
    /// Printable ASCII and white space, as any encoding writes, and the bytes of the secrets.
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = &'a [u8]>) -> Arc<Self> {
        let others: Vec<u8> = secrets.flatten().copied().filter(|byte| !is_printable(*byte)).collect();
        if others.is_empty() {
            return Arc::clone(&PRINTABLE);
        }
        Self::of(|byte| is_printable(byte) || others.contains(&byte))
    }

    /// Every byte that is printable ASCII or white space, or part of UTF-8.
    pub(super) fn all() -> Arc<Self> {
        Self::of(|byte| is_printable(byte) || !byte.is_ascii())
    }

    fn of(is_kept: impl Fn(u8) -> bool) -> Arc<Self> {
        let bytes = std::array::from_fn(|byte| u8::try_from(byte).is_ok_and(&is_kept));
        Arc::new(Self { bytes, roles: digits::Roles::new(is_kept) })
    }

    fn has(&self, byte: u8) -> bool {
        self.bytes[usize::from(byte)]
    }
}

/// A stretch of a text as it reads with one encoding less than another one, its parent.
pub(crate) struct View {
    pub(crate) bytes: Vec<u8>,
    /// The number of the parent. None: it is the text itself.
    pub(super) parent: Option<usize>,
    origin: Origin,
}

impl View {
    /// Returns whether it was read from base64 or hexadecimal.
    pub(crate) fn is_from_digits(&self) -> bool {
        matches!(self.origin, Origin::Digits { .. })
    }

    /// Returns whether neighbours in it may be none in its parent: it was read from base64 or
    /// hexadecimal, or lines were joined.
    pub(super) fn is_noisy(&self) -> bool {
        match &self.origin {
            Origin::Edited { edits, .. } => edits.iter().any(|edit| edit.count == 0),
            Origin::Digits { .. } => true,
        }
    }

    /// Returns whether it is all of its parent, but for what was replaced.
    fn is_all_of(&self, parent: &Self) -> bool {
        match &self.origin {
            Origin::Edited { begin: 0, edits } => {
                let replaced = edits.iter().map(|edit| edit.source.len() - edit.count).sum::<usize>();
                self.bytes.len() + replaced == parent.bytes.len()
            }
            _ => false,
        }
    }
}

/// Where in the parent the bytes of a view come from.
enum Origin {
    /// From the same place of it, moved by what was replaced before.
    Edited { begin: usize, edits: Vec<Edit> },
    /// From groups of letters, each of which stands for some bytes.
    Digits { begin: usize, group: Group, skipped: usize, end: Option<usize> },
}

/// What replaces an escape: some bytes instead of others.
struct Edit {
    at: usize,
    count: usize,
    source: Range<usize>,
}

/// How an encoding groups: so many letters stand for so many bytes.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) letters: usize,
    pub(super) bytes: usize,
}

impl Origin {
    fn source(&self, at: usize) -> Range<usize> {
        match self {
            Self::Edited { begin, edits } => {
                let next = edits.partition_point(|edit| edit.at <= at);
                match edits[..next].last() {
                    Some(edit) if at < edit.at + edit.count => edit.source.clone(),
                    Some(edit) => {
                        let from = edit.source.end + at - edit.at - edit.count;
                        from..from + 1
                    }
                    None => begin + at..begin + at + 1,
                }
            }
            Self::Digits { begin, group, skipped, .. } => {
                let at = at + skipped;
                let from = begin + at / group.bytes * group.letters + at % group.bytes;
                from..from + 2
            }
        }
    }
}

/// A text and the views of it.
pub(crate) struct Views<'a> {
    views: Vec<View>,
    pub(super) reading: &'a Reading,
    /// How many more bytes may be decoded.
    left: usize,
    /// The number of the view that is being decoded.
    parent: usize,
}

impl<'a> Views<'a> {
    /// Begins with a text. At most so many bytes of it will be decoded.
    pub(crate) fn new(text: &[u8], reading: &'a Reading, left: usize) -> Self {
        let origin = Origin::Edited { begin: 0, edits: Vec::new() };
        let views = vec![View { bytes: text.to_vec(), parent: None, origin }];
        Self { views, reading, left, parent: 0 }
    }

    /// Returns all views, the text first.
    pub(crate) fn all(&self) -> &[View] {
        &self.views
    }

    /// Returns where in the text some bytes of a view come from.
    pub(crate) fn source(&self, number: usize, range: &Range<usize>) -> Range<usize> {
        let (mut view, mut range) = (&self.views[number], range.clone());
        while let (Some(parent), Some(last)) = (view.parent, range.end.checked_sub(1)) {
            let end = match view.origin {
                Origin::Digits { end: Some(end), .. } if range.end == view.bytes.len() => end,
                _ => view.origin.source(last).end,
            };
            range = view.origin.source(range.start).start..end;
            view = &self.views[parent];
        }
        range
    }

    /// Adds every other way to read the text.
    pub(crate) fn add_layers(&mut self) {
        let mut layer = 0;
        for _ in 0..LAYERS {
            let next = self.views.len();
            self.add_layer(layer);
            layer = next;
        }
    }

    /// Adds every way to read the views from a number on with one layer of encoding less. Line
    /// breaks are no layer: what any other encoding wrote may be wrapped.
    fn add_layer(&mut self, from: usize) {
        for number in from..self.views.len() {
            let joined = self.views.len();
            self.decode(number, escapes::join);
            let all_joined = self.views.get(joined).is_some_and(|view| view.is_all_of(&self.views[number]));
            for number in joined..self.views.len() {
                self.undo(number);
            }
            if all_joined {
                // The view without line breaks reads the same way, but for soft ones.
                self.decode(number, escapes::undo_quoted_printable);
            } else {
                self.undo(number);
            }
        }
    }

    fn undo(&mut self, number: usize) {
        self.decode(number, |bytes, views| {
            escapes::undo(bytes, views);
            escapes::undo_quoted_printable(bytes, views);
            digits::undo_base64(bytes, views);
            digits::undo_hex(bytes, views);
        });
    }

    fn decode(&mut self, number: usize, decode: impl FnOnce(&[u8], &mut Self)) {
        self.parent = number;
        let bytes = std::mem::take(&mut self.views[number].bytes);
        decode(&bytes, self);
        self.views[number].bytes = bytes;
    }

    /// Takes so many bytes from what may still be decoded. Returns whether there were as many.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Adds a view with some escapes replaced.
    pub(super) fn push(&mut self, draft: Draft<'_>) {
        let origin = Origin::Edited { begin: draft.begin, edits: draft.edits };
        self.views.push(View { bytes: draft.bytes, parent: Some(self.parent), origin });
    }

    /// Adds a view for each stretch of decoded bytes that may belong to a secret. The groups of
    /// letters begin at a place of the parent, and end at another where `end` says more than
    /// they do.
    pub(super) fn push_kept(&mut self, decoded: &[u8], begin: usize, group: Group, end: Option<usize>) {
        let mut skipped = 0;
        for part in decoded.split(|byte| !self.reading.kept.has(*byte)) {
            if part.len() >= self.reading.shortest {
                let end = end.filter(|_| skipped + part.len() == decoded.len());
                let origin = Origin::Digits { begin, group, skipped, end };
                self.views.push(View { bytes: part.to_vec(), parent: Some(self.parent), origin });
            }
            skipped += part.len() + 1;
        }
    }
}

/// A view under construction, of a parent some of whose escapes are replaced.
pub(super) struct Draft<'a> {
    parent: &'a [u8],
    begin: usize,
    /// The end of what is copied of the parent.
    end: usize,
    bytes: Vec<u8>,
    edits: Vec<Edit>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(parent: &'a [u8], begin: usize) -> Self {
        Self { parent, begin, end: begin, bytes: Vec::new(), edits: Vec::new() }
    }

    /// Copies the bytes before a place.
    pub(super) fn copy_to(&mut self, end: usize) {
        let end = end.min(self.parent.len());
        self.bytes.extend_from_slice(&self.parent[self.end..end]);
        self.end = end;
    }

    /// Replaces so many bytes that come next.
    pub(super) fn replace(&mut self, length: usize, by: &[u8]) {
        let source = self.end..self.end + length;
        self.end = source.end;
        self.edits.push(Edit { at: self.bytes.len(), count: by.len(), source });
        self.bytes.extend_from_slice(by);
    }
}
