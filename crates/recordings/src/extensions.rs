//! The `_` members of a file: those that recordings have, and no others.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What is known at a place of a file. Reading it as this fails at a `_` member that is
/// not: a misspelt one would silently test nothing.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    /// No `_` member; the log is inside.
    File,
    /// The members of a log; its entries are inside.
    Log,
    /// The members of an entry.
    Entry,
    /// No `_` member.
    Nothing,
}

impl Known {
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Log => &["_name", "_origin", "_source", "_clock", "_entries", "_expect", "_scenario", "_sign_in"],
            Self::Entry => &["_fault"],
            Self::File | Self::Nothing => &[],
        }
    }

    fn inside(self, name: &str) -> Self {
        match (self, name) {
            (Self::File, "log") => Self::Log,
            (Self::Log, "entries") => Self::Entry,
            _ => Self::Nothing,
        }
    }
}

impl<'de> serde::de::DeserializeSeed<'de> for Known {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Known {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name.starts_with('_') && !self.members().contains(&name.as_str()) {
                let reason = "is not a member that this host knows; `_` members are never ignored";
                return Err(A::Error::custom(format!("`{}` {reason}", crate::read::shortened(&name))));
            }
            // Their contents are not HAR.
            if name == "_expect" || name == "_scenario" {
                members.next_value::<IgnoredAny>()?;
            } else {
                members.next_value_seed(self.inside(&name))?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
