//! JSON from outside, where the types of serde are too strict or too lenient.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// Reads a JSON object.
///
/// Serde alone would also read a struct from an array of its fields' values.
///
/// # Errors
///
/// Returns only the kind of mistake, because serde's messages may quote the text.
pub fn object_from_str<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    if !text.trim_start().starts_with('{') && !text.trim().is_empty() {
        return Err(Unreadable::NotAnObject);
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => Unreadable::EndsEarly,
        Category::Data => Unreadable::Mismatch,
        Category::Syntax | Category::Io => Unreadable::Syntax,
    })
}

/// Reads a JSON object, like [`object_from_str`].
///
/// # Errors
///
/// As [`object_from_str`]; fails also when the bytes are not UTF-8.
pub fn object_from_slice<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unreadable> {
    object_from_str(std::str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?)
}

/// The reason why a text is not the expected JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text does not start like an object.
    NotAnObject,
    /// The text ends before the object does.
    EndsEarly,
    /// A member is missing, occurs twice or has another type. Where all members are
    /// [`AnyMember`]s, only a repetition is left.
    Mismatch,
    /// The text is not JSON.
    Syntax,
}

/// A member of any type, or none.
///
/// For error and token responses: no value of a member prevents reading the others.
#[derive(Clone, Copy, Default)]
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

    /// Returns the value of a string. `None` for any other type.
    pub fn string(self) -> Option<String> {
        serde_json::from_str(self.0?.get()).ok()
    }

    /// Returns the value of a whole number from 0 to 2^64 - 1; beyond 2^53 only
    /// when it is written as an integer. `None` for anything else.
    pub fn whole(self) -> Option<u64> {
        let text = self.0?.get();
        text.parse().ok().or_else(|| serde_json::from_str(text).map(|WholeNumber(number)| number).ok())
    }

    /// Returns the value of a string, or a whole number as text. `None` for
    /// anything else.
    pub fn text(self) -> Option<String> {
        self.string().or_else(|| self.whole().map(|number| number.to_string()))
    }

    /// Reads an object. `None` for any other type or a mismatch.
    pub fn object<T: Deserialize<'a>>(self) -> Option<T> {
        object_from_str(self.0?.get()).ok()
    }

    /// Returns the first item of an array. `None` for an empty array or any other
    /// type.
    pub fn first(self) -> Option<Self> {
        // The value is known to be JSON, so the text after the bracket starts with
        // an item.
        let items = self.0?.get().strip_prefix('[')?;
        Self::deserialize(&mut serde_json::Deserializer::from_str(items)).ok()
    }
}

/// A name of a member, borrowed from the JSON text unless it contains escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub struct Name<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A whole number from 0 to 2^53, however it is written: `60`, `60.0` or `6e1` are
/// the same to JSON Schema.
///
/// Up to the limit, every reader sees the same number (RFC 8259 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct WholeNumber(pub u64);

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number.fract() != 0.0 || !(0.0..=9_007_199_254_740_992.0).contains(&number) {
            return Err(D::Error::custom("not a whole number"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Ok(Self(number as u64))
    }
}

/// A string, or a number as it is written: error codes are either.
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

/// Strings by name, in the order of the JSON text. `null` counts as absent, as a name's
/// value and as the whole.
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

            fn visit_unit<E>(self) -> Result<Pairs, E> {
                Ok(Pairs::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, value)) = map.next_entry::<_, Option<_>>()? {
                    pairs.extend(value.map(|value| (name, value)));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_any(Object)
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests;
