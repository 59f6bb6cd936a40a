//! Rules for JSON values.

/// A rule for a JSON value.
#[derive(Debug)]
pub enum Rule {
    /// A string.
    Text(&'static Text),
    /// A string from a list of options.
    Choice(&'static [&'static str]),
    /// A number without a fraction, from the first limit to the second.
    Integer(i64, i64),
    /// `true` or `false`.
    Boolean,
    /// An object with known members.
    Object(&'static Object),
    /// An object whose members have names of the caller's choice.
    Map(&'static Map),
    /// An array.
    List(&'static List),
    /// What one of these rules accepts.
    Either(&'static [Rule]),
    /// Anything that the provider sends, of these JSON types; of any type when
    /// empty. For outputs only.
    Unchecked(&'static [&'static str]),
}

/// A format of strings.
#[derive(Debug)]
pub struct Text {
    /// ECMA-262 expression that the whole string matches. Empty: anything.
    pub pattern: &'static str,
    /// ECMA-262 expression that the whole string must not match. Empty: none.
    pub except: &'static str,
    /// Function that decides the same as the two patterns; a test compares them.
    pub accepts: fn(&str) -> bool,
    /// Minimum length in Unicode scalar values.
    pub min: usize,
    /// Maximum length in Unicode scalar values. `None`: no limit.
    pub max: Option<usize>,
    /// Value of the keyword `format`. Empty: none.
    pub format: &'static str,
    /// An accepted value. Empty: none.
    pub example: &'static str,
    /// Noun phrase, as the end of "This is not …".
    pub noun: &'static str,
    /// What to do about a value that is not accepted.
    pub hint: &'static str,
}

impl Text {
    /// Defines any text of at least one character and at most `max`.
    pub const fn any(max: usize) -> Self {
        Self {
            pattern: "",
            except: "",
            accepts: |_| true,
            min: 1,
            max: Some(max),
            format: "",
            example: "",
            noun: "a text",
            hint: "",
        }
    }

    /// Returns whether a string is accepted in length and format.
    pub fn fits(&self, text: &str) -> bool {
        let length = text.chars().count();
        length >= self.min && self.max.is_none_or(|max| length <= max) && (self.accepts)(text)
    }
}

/// A rule for an object with known members.
#[derive(Debug)]
pub struct Object {
    /// Members, in the order to show them.
    pub members: &'static [Member],
    /// Whether at least one of these members must be present.
    pub any: bool,
    /// Whether other members are allowed, as in responses. Where they are not, as in
    /// inputs, an optional member that is `null` counts as absent: platforms send
    /// `null` for what a person left empty.
    pub open: bool,
}

/// A member of an object.
#[derive(Debug)]
pub struct Member {
    /// Name, as the provider spells it.
    pub name: &'static str,
    /// Description, in one or two sentences.
    pub description: &'static str,
    /// Whether it must be present.
    pub required: bool,
    /// Rule of its value.
    pub rule: Rule,
    /// Value that its absence means, as JSON. Empty: none in particular.
    pub default: &'static str,
}

/// A rule for an object whose members have names of the caller's choice. A member that
/// is `null` counts as absent.
#[derive(Debug)]
pub struct Map {
    /// Format of the names.
    pub names: &'static Text,
    /// Rule of the values.
    pub values: Rule,
    /// Maximum number of members.
    pub max: usize,
}

/// A rule for an array.
#[derive(Debug)]
pub struct List {
    /// Rule of each item.
    pub item: Rule,
    /// Minimum number of items.
    pub min: usize,
    /// Maximum number of items. `None`: no limit.
    pub max: Option<usize>,
}

impl Member {
    /// Defines a member that must be present.
    pub const fn required(name: &'static str, rule: Rule, description: &'static str) -> Self {
        Self { name, description, required: true, rule, default: "" }
    }

    /// Defines a member that may be absent.
    pub const fn optional(name: &'static str, rule: Rule, description: &'static str) -> Self {
        Self { name, description, required: false, rule, default: "" }
    }

    /// Sets the value that its absence means, as JSON.
    pub const fn with_default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

impl Object {
    /// Defines an object with only these members, such as an input.
    pub const fn closed(members: &'static [Member]) -> Self {
        Self { members, any: false, open: false }
    }

    /// Defines an object with one or more of these members, and no other.
    pub const fn at_least_one(members: &'static [Member]) -> Self {
        Self { members, any: true, open: false }
    }

    /// Defines an object that may have other members too, such as a response.
    pub const fn open(members: &'static [Member]) -> Self {
        Self { members, any: false, open: true }
    }
}

/// Largest integer that every JSON reader represents exactly: 2^53 - 1 (RFC 8259
/// §6).
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;
