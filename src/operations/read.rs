//! Reading JSON into types, in few bytes.
//!
//! What serde derives is compiled for each type anew and made up a quarter of the
//! component. Here serde reads five shapes, text, truth, number, list and object,
//! and the [`record!`] macro fills types from those.

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::json::Members;

/// Reads itself from a JSON value.
pub trait Read<'a>: Sized {
    /// Reads the value of a member; none where the member is absent. Returns none
    /// where it is something else.
    fn read(value: Option<&'a RawValue>) -> Option<Self>;
}

/// Defines a type by the members it is read from. Members it does not name are
/// passed over; of a repeated one the first counts.
macro_rules! record {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident$(<$life:lifetime>)? { $($(#[$field_meta:meta])* $field:ident: $kind:ty = $member:literal,)+ }) => {
        $(#[$meta])*
        $visibility struct $name$(<$life>)? { $($(#[$field_meta])* $visibility $field: $kind,)+ }

        impl<'a> $crate::operations::read::Read<'a> for $name$(<$life>)? {
            fn read(value: Option<&'a serde_json::value::RawValue>) -> Option<Self> {
                let members = $crate::operations::read::members(value)?;
                Some(Self { $($field: $crate::operations::read::Read::read(members.get($member))?,)+ })
            }
        }
    };
}
pub(crate) use record;

/// Reads a whole text.
pub fn text<'a, T: Read<'a>>(text: &'a str) -> Option<T> {
    T::read(Some(serde_json::from_str(text).ok()?))
}

/// Reads an object.
pub fn members(value: Option<&RawValue>) -> Option<Members<'_>> {
    serde_json::from_str(value?.get()).ok()
}

impl<'a> Read<'a> for &'a RawValue {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        value
    }
}

impl<'a> Read<'a> for String {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        serde_json::from_str(value?.get()).ok()
    }
}

impl<'a> Read<'a> for bool {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        serde_json::from_str(value?.get()).ok()
    }
}

impl<'a> Read<'a> for u64 {
    /// However it is written: 60 or 60.0.
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        let number: f64 = serde_json::from_str(value?.get()).ok()?;
        // 2^53: up to here every whole number has an exact form.
        let fits = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        fits.then_some(number as Self)
    }
}

impl<'a, T: Read<'a>> Read<'a> for Option<T> {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        match value {
            Some(value) if value.get() != "null" => T::read(Some(value)).map(Some),
            _ => Some(None),
        }
    }
}

impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        let items = items(value)?;
        let mut read = Self::with_capacity(items.len());
        for item in items {
            read.push(T::read(Some(item))?);
        }
        Some(read)
    }
}

/// Reads a list.
fn items(value: Option<&RawValue>) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value?.get()).ok()
}

/// Holds a text, or a number as it is written, which some providers use for one.
pub struct Word(pub String);

impl<'a> Read<'a> for Word {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        let number = |value: &RawValue| value.get().starts_with(|c: char| c.is_ascii_digit() || c == '-');
        String::read(value)
            .or_else(|| value.filter(|value| number(value)).map(|value| value.get().to_owned()))
            .map(Self)
    }
}

/// Holds texts by names, in their order; empty where there is no such member.
#[derive(Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl<'a> Read<'a> for Pairs {
    fn read(value: Option<&'a RawValue>) -> Option<Self> {
        if value.is_none() {
            return Some(Self::default());
        }
        let mut read = Vec::new();
        for (name, value) in members(value)?.into_pairs() {
            read.push((name.0.into_owned(), String::read(Some(value))?));
        }
        Some(Self(read))
    }
}

impl Pairs {
    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Pairs, Read, text};

    record! {
        #[derive(Debug, PartialEq)]
        struct Sample {
            name: String = "aName",
            count: Option<u64> = "count",
            flags: Vec<bool> = "flags",
        }
    }

    #[test]
    fn a_record_is_filled_from_the_members_it_names() {
        let sample = Sample { name: "x".to_owned(), count: Some(60), flags: vec![true, false] };
        assert_eq!(text(r#"{"aName":"x","other":[{}],"count":60.0,"flags":[true,false],"aName":7}"#), Some(sample));
        let sample = Sample { name: "\u{fc}".to_owned(), count: None, flags: vec![] };
        assert_eq!(text(r#" {"flags":[],"count":null,"aName":"\u00fc"} "#), Some(sample));
    }

    #[test]
    fn another_type_is_no_record() {
        for wrong in [
            "",
            "[]",
            r#"{"aName":1,"flags":[]}"#,
            r#"{"flags":[]}"#,
            r#"{"aName":"x","flags":[1]}"#,
            r#"{"aName":"x","flags":{}}"#,
            r#"{"aName":"x","flags":[],"count":1.5}"#,
            r#"{"aName":"x","flags":[],"count":-1}"#,
            r#"{"aName":"x","flags":[],"count":1e300}"#,
            r#"{"aName":"\ud800","flags":[]}"#,
            r#"{"aName":"x","flags":[]} x"#,
        ] {
            assert_eq!(text::<Sample>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pairs_keep_their_order_and_are_written_as_an_object() {
        let pairs: Pairs = text(r#"{"b":"1","a":"2"}"#).unwrap();
        assert_eq!(serde_json::to_string(&pairs).unwrap(), r#"{"b":"1","a":"2"}"#);
        assert!(text::<Pairs>(r#"{"b":1}"#).is_none());
        assert!(Pairs::read(None).is_some_and(|pairs| pairs.is_empty()));
    }
}
