//! JSON that others wrote, where serde's own types are too strict or too lenient.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// Reads a text that is one JSON object.
///
/// A struct that derives `Deserialize` would also be read from an array of its
/// fields' values; here it is not.
///
/// # Errors
///
/// The kind of mistake alone: serde's own messages may quote the text.
pub fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Unreadable> {
    let text = std::str::from_utf8(json).map_err(|_| Unreadable::NotUtf8)?;
    if !text.trim_start().starts_with('{') && !text.trim().is_empty() {
        return Err(Unreadable::NotAnObject);
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => Unreadable::EndsEarly,
        Category::Data => Unreadable::Mismatch,
        Category::Syntax | Category::Io => Unreadable::Syntax,
    })
}

/// The reason why a text is not the JSON object that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text does not start like an object.
    NotAnObject,
    /// The text ends before the object does.
    EndsEarly,
    /// A member is missing, occurs twice or has another type. Where every member
    /// may be absent and is an [`AnyMember`], one occurs twice.
    Mismatch,
    /// The text is not JSON.
    Syntax,
}

/// A member that may be absent and may be of any type.
///
/// For what providers send in error and token responses: no value makes reading
/// the object around it fail.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyMember<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for AnyMember<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<'a> AnyMember<'a> {
    /// Returns whether the object has no such member; `null` is not absent.
    pub fn is_absent(self) -> bool {
        self.0.is_none()
    }

    /// Returns a string.
    pub fn string(self) -> Option<String> {
        serde_json::from_str(self.0?.get()).ok()
    }

    /// Returns a whole number from 0 to 2^64 - 1, beyond 2^53 only when written
    /// as an integer.
    pub fn whole(self) -> Option<u64> {
        let text = self.0?.get();
        text.parse().ok().or_else(|| serde_json::from_str(text).map(|Whole(number)| number).ok())
    }

    /// Returns a string, or a whole number as text.
    pub fn text(self) -> Option<String> {
        self.string().or_else(|| self.whole().map(|number| number.to_string()))
    }

    /// Returns an object.
    pub fn object<T: Deserialize<'a>>(self) -> Option<T> {
        object(self.0?.get().as_bytes()).ok()
    }

    /// Returns the first item of an array.
    pub fn first(self) -> Option<Self> {
        // The array is known to be JSON, so what follows the bracket is an item.
        let items = self.0?.get().strip_prefix('[')?;
        Self::deserialize(&mut serde_json::Deserializer::from_str(items)).ok()
    }
}

/// A name of a member, borrowed from the JSON text unless it contains escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub struct Name<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A whole number from 0 to 2^53, however it is written: `60`, `60.0` or `6e1`,
/// which JSON Schema does not tell apart.
///
/// The limit is that of RFC 8259 §6: up to it, every reader sees the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Whole(pub u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number.fract() != 0.0 || !(0.0..=9_007_199_254_740_992.0).contains(&number) {
            return Err(D::Error::custom("not a whole number"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Ok(Self(number as u64))
    }
}

/// A string, or a number as it is written: providers use either for codes.
#[derive(Debug, PartialEq, Eq)]
pub struct TextOrNumber(pub String);

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        if json.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Ok(Self(json.to_owned()));
        }
        serde_json::from_str(json).map(Self).map_err(D::Error::custom)
    }
}

/// Strings by name, in the order of the JSON text.
#[derive(Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests;
