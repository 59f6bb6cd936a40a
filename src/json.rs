//! Reading members of JSON objects that others wrote.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Holds a member of whatever type, as far as anyone here asks.
///
/// Reading one never fails, so serde has no occasion to quote a value in an
/// error.
#[derive(Default)]
pub enum Member {
    /// The object has no such member.
    #[default]
    Absent,
    /// A string.
    Text(String),
    /// A number from 0 to 2^64 - 1 without a fraction other than zero.
    Whole(u64),
    /// An object with what error bodies put into one.
    Error(Box<ErrorMembers>),
    /// A list, of which the first item stands for all.
    List(Box<Member>),
    /// Anything else, `null` included.
    Other,
}

/// Holds the members of an object inside of an error body.
#[derive(Default)]
pub struct ErrorMembers {
    /// The member `code`.
    pub code: Member,
    /// The member `message`.
    pub message: Member,
    /// The member `errors`.
    pub errors: Member,
}

impl Member {
    /// Returns a string or a number as text.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Whole(number) => Some(number.to_string()),
            Self::Absent | Self::Error(_) | Self::List(_) | Self::Other => None,
        }
    }
}

/// Holds the members of an object as they stand.
#[derive(Default)]
pub struct Members<'a>(Vec<(Name<'a>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Returns the value of the first member of that name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(given, _)| given.0 == name).map(|(_, value)| *value)
    }

    /// Returns a member of whatever type that may be there once.
    pub fn once(&self, name: &str) -> Result<Member, Unreadable> {
        let mut found = self.0.iter().filter(|(given, _)| given.0 == name);
        match (found.next(), found.next()) {
            (None, _) => Ok(Member::Absent),
            (Some((_, value)), None) => Ok(serde_json::from_str(value.get()).unwrap_or(Member::Other)),
            (Some(_), Some(_)) => Err(Unreadable::Duplicate),
        }
    }

    /// Returns all members.
    pub fn into_pairs(self) -> Vec<(Name<'a>, &'a RawValue)> {
        self.0
    }
}

/// Holds the name of a member, borrowed from the text where it stands there as it
/// is.
pub struct Name<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Reads the object in a body. None when the body is anything else.
pub fn object(body: &[u8]) -> Result<Members<'_>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotUtf8)?;
    if !text.trim_start().starts_with('{') && !text.trim().is_empty() {
        return Err(Unreadable::NotAnObject);
    }
    serde_json::from_str(text).map_err(|error| Unreadable::from(&error))
}

/// Says why a body is no JSON object that can be read. Serde's own words may
/// quote the body, so they are not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Not text.
    NotUtf8,
    /// It begins like no object.
    NotAnObject,
    /// It ends before it is complete.
    EndsEarly,
    /// A member that matters stands there twice.
    Duplicate,
    /// Not JSON.
    Syntax,
}

impl From<&serde_json::Error> for Unreadable {
    fn from(error: &serde_json::Error) -> Self {
        use serde_json::error::Category;
        match error.classify() {
            Category::Eof => Self::EndsEarly,
            Category::Data | Category::Syntax | Category::Io => Self::Syntax,
        }
    }
}

/// How many levels of objects and lists are read: `errors`, its first item, the
/// item's own `errors`, and the first of those. What lies deeper is passed over,
/// so no body makes the stack grow.
const DEPTH: u8 = 5;

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(DEPTH).deserialize(deserializer)
    }
}

/// Reads a member with so many levels left.
#[derive(Clone, Copy)]
struct Level(u8);

impl Level {
    fn below(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        if self.0 == 0 {
            IgnoredAny::deserialize(deserializer)?;
            return Ok(Member::Other);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Member, E> {
        Ok(Member::Whole(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Member, E> {
        // 2^53: up to here every whole number has an exact form.
        let whole = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and not negative")]
        Ok(if whole { Member::Whole(number as u64) } else { Member::Other })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Member, A::Error> {
        let first = items.next_element_seed(self.below())?;
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first.map_or(Member::Other, |first| Member::List(Box::new(first))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Member, A::Error> {
        let mut read = ErrorMembers::default();
        while let Some(name) = members.next_key::<String>()? {
            let member = match name.as_str() {
                "code" => &mut read.code,
                "message" => &mut read.message,
                "errors" => &mut read.errors,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *member = members.next_value_seed(self.below())?;
        }
        Ok(Member::Error(Box::new(read)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Result<Option<String>, Unreadable> {
        object(body.as_bytes())?.once("a").map(|member| member.text())
    }

    #[test]
    fn strings_and_whole_numbers_are_text() {
        assert_eq!(shown(r#"{"a":"x"}"#), Ok(Some("x".to_owned())));
        assert_eq!(shown(r#" {"a":900.0}"#), Ok(Some("900".to_owned())));
        assert_eq!(shown(r#"{"a":18446744073709551615}"#), Ok(Some(u64::MAX.to_string())));
        for other in
            ["{}", r#"{"a":null}"#, r#"{"a":-1}"#, r#"{"a":1.5}"#, r#"{"a":[1]}"#, r#"{"a":{"b":1}}"#, r#"{"a":true}"#]
        {
            assert_eq!(shown(other), Ok(None), "{other}");
        }
    }

    #[test]
    fn objects_are_read_a_few_levels_deep() {
        let nested = format!("{}1{}", r#"{"code":"#.repeat(100), "}".repeat(100));
        assert_eq!(shown(&format!(r#"{{"a":{nested}}}"#)), Ok(None));
        let one = object(br#"{"a":{"code":7,"message":"m","more":{}}}"#).unwrap();
        let Member::Error(read) = one.once("a").unwrap() else { panic!("no object") };
        assert_eq!((read.code.text().as_deref(), read.message.text().as_deref()), (Some("7"), Some("m")));
    }

    #[test]
    fn what_is_no_object_says_why() {
        assert_eq!(shown(r#"["x"]"#), Err(Unreadable::NotAnObject));
        assert_eq!(shown(r#""x""#), Err(Unreadable::NotAnObject));
        assert_eq!(shown("<p>"), Err(Unreadable::NotAnObject));
        assert_eq!(shown(""), Err(Unreadable::EndsEarly));
        assert_eq!(shown(r#"{"a":"#), Err(Unreadable::EndsEarly));
        assert_eq!(shown(r#"{"a":1,"a":1}"#), Err(Unreadable::Duplicate));
        assert_eq!(shown(r#"{"a":1}x"#), Err(Unreadable::Syntax));
        assert_eq!(shown(r"{'a':1}"), Err(Unreadable::Syntax));
        assert_eq!(object(b"{\"a\":\"\xff\"}").map(|_| ()), Err(Unreadable::NotUtf8));
        assert_eq!(shown(&format!(r#"{{"a":{}"#, "[".repeat(2000))), Err(Unreadable::EndsEarly));
    }
}
