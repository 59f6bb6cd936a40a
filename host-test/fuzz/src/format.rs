//! How an input is spelled: as text that a person can read, a dictionary can hit
//! and a fuzzer can change anywhere, and that is always some input.
//!
//! Parts follow each other, each with one meaning, divided by the separators that
//! ASCII has for this. What is missing at the end is empty.

/// The separator of parts: *group separator*.
const PART: u8 = 0x1d;

/// The separator of the items of a list: *record separator*.
const ITEM: u8 = 0x1e;

/// The separator of the halves of a pair: *unit separator*.
const HALF: u8 = 0x1f;

/// An input, to be read part by part.
pub struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    /// Begins at the first part.
    pub fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// Takes a part as it is.
    pub fn bytes(&mut self) -> &'a [u8] {
        let (part, rest) = halves(self.0, PART);
        self.0 = rest.unwrap_or_default();
        part
    }

    /// Takes all that is left, separators included.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Takes a part as text.
    pub fn text(&mut self) -> String {
        text(self.bytes())
    }

    /// Takes a part as text. None: it is empty.
    pub fn optional(&mut self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    /// Takes a part as a decimal number: of its first digits as many as fit, zero where there
    /// is none.
    pub fn number<T: TryFrom<u64> + Default>(&mut self) -> T {
        let digits = self.bytes().iter().take_while(|byte| byte.is_ascii_digit());
        let longer = |number: &mut u64, digit: &u8| {
            *number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            T::try_from(*number).ok()
        };
        digits.scan(0, longer).last().unwrap_or_default()
    }

    /// Takes a part as yes or no; what is not `1` is no.
    pub fn flag(&mut self) -> bool {
        self.bytes() == b"1"
    }

    /// Takes a part as a list; empty where the part is.
    pub fn list(&mut self) -> Vec<String> {
        self.items().map(text).collect()
    }

    /// Takes a part as a list of pairs.
    pub fn pairs(&mut self) -> Vec<(String, String)> {
        let pair = |item| {
            let (left, right) = halves(item, HALF);
            (text(left), text(right.unwrap_or_default()))
        };
        self.items().map(pair).collect()
    }

    fn items(&mut self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let part = self.bytes();
        part.split(|byte| *byte == ITEM).filter(move |_| !part.is_empty())
    }
}

fn halves(bytes: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match bytes.iter().position(|byte| *byte == separator) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    }
}

/// Reads UTF-8; what is none becomes the replacement character, as no host can
/// hand anything else to a connector.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An input, to be written part by part.
#[derive(Default)]
pub struct Writer(Option<Vec<u8>>);

impl Writer {
    /// Adds a part.
    pub fn part(mut self, part: impl AsRef<[u8]>) -> Self {
        let bytes = match &mut self.0 {
            Some(bytes) => {
                bytes.push(PART);
                bytes
            }
            none => none.insert(Vec::new()),
        };
        bytes.extend_from_slice(part.as_ref());
        self
    }

    /// Adds a list.
    pub fn list<T: AsRef<[u8]>>(self, items: &[T]) -> Self {
        let items: Vec<&[u8]> = items.iter().map(AsRef::as_ref).collect();
        self.part(items.join(&ITEM))
    }

    /// Adds a list of pairs.
    pub fn pairs(self, pairs: &[(String, String)]) -> Self {
        let items = pairs.iter().map(|(left, right)| [left.as_bytes(), &[HALF], right.as_bytes()].concat());
        self.list(&items.collect::<Vec<_>>())
    }

    /// Adds a yes or no.
    pub fn flag(self, flag: bool) -> Self {
        self.part(if flag { "1" } else { "0" })
    }

    /// Returns the input.
    pub fn done(self) -> Vec<u8> {
        self.0.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let pairs = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())];
        let input = Writer::default().part("one").flag(true).part("70000").list(&["x", "y"]).pairs(&pairs).part("\x1d");
        let input = input.done();
        let mut parts = Parts::new(&input);
        assert_eq!(parts.text(), "one");
        assert!(parts.flag());
        assert_eq!(parts.number::<u16>(), 7000);
        assert_eq!(parts.list(), ["x", "y"]);
        assert_eq!(parts.pairs(), pairs);
        assert_eq!(parts.rest(), b"\x1d");
    }

    #[test]
    fn every_input_is_some_input() {
        let mut parts = Parts::new(b"\xff");
        assert_eq!(parts.text(), "\u{fffd}");
        assert_eq!((parts.number::<u32>(), parts.flag(), parts.optional()), (0, false, None));
        assert!(parts.list().is_empty() && parts.pairs().is_empty() && parts.rest().is_empty());
    }
}
