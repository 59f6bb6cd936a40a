//! Rules for JSON values.

/// Says what a JSON value has to look like.
#[derive(Debug)]
pub enum Rule {
    /// A string.
    Text(&'static Text),
    /// A string out of a list.
    Choice(&'static [&'static str]),
    /// A number without a fraction, both limits included.
    Whole(i64, i64),
    /// `true` or `false`.
    Boolean,
    /// An object with known members.
    Object(&'static Object),
    /// An object whose members have names of the caller's.
    Map(&'static Map),
    /// An array.
    List(&'static List),
    /// A string, or a number without a fraction.
    TextOrWhole(&'static Text),
    /// Whatever the provider says, of the types named; any type when none is.
    Foreign(&'static [&'static str]),
}

/// Says what a string has to look like.
#[derive(Debug)]
pub struct Text {
    /// ECMA-262 expression that the whole string matches. Empty: anything.
    pub pattern: &'static str,
    /// Decides the same as the pattern; a test compares the two.
    pub accepts: fn(&str) -> bool,
    /// Fewest Unicode scalar values.
    pub min: usize,
    /// Most Unicode scalar values.
    pub max: usize,
    /// Word of JSON Schema for the form. Empty: there is none.
    pub format: &'static str,
    /// A value that is accepted.
    pub example: &'static str,
    /// What a value has to look like, as the end of "This is not …".
    pub form: &'static str,
    /// What to do about another value.
    pub hint: &'static str,
}

/// Says which members an object has.
#[derive(Debug)]
pub struct Object {
    /// In the order to show them.
    pub members: &'static [Member],
    /// How many of them have to be there, whichever.
    pub at_least: usize,
    /// Whether it may have members beside these, as answers do.
    pub open: bool,
}

/// Describes a member of an object.
#[derive(Debug)]
pub struct Member {
    /// As the provider spells it.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether it has to be there.
    pub required: bool,
    /// What its value has to look like.
    pub rule: Rule,
    /// What its absence means, as JSON. Empty: nothing to speak of.
    pub default: &'static str,
}

/// Says what the members of an object of the caller's have to look like.
#[derive(Debug)]
pub struct Map {
    /// Their names.
    pub names: &'static Text,
    /// Their values.
    pub values: Rule,
    /// How many there may be.
    pub max: usize,
}

/// Says what an array holds.
#[derive(Debug)]
pub struct List {
    /// Each item.
    pub item: Rule,
    /// Fewest items.
    pub min: usize,
    /// Most items. None: as many as there are.
    pub max: Option<usize>,
}

impl Member {
    /// Describes a member that has to be there.
    pub const fn required(name: &'static str, rule: Rule, description: &'static str) -> Self {
        Self { name, description, required: true, rule, default: "" }
    }

    /// Describes a member that may be left out.
    pub const fn optional(name: &'static str, rule: Rule, description: &'static str) -> Self {
        Self { name, description, required: false, rule, default: "" }
    }

    /// Says what its absence means.
    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

impl Object {
    /// Describes an object with exactly these members, as inputs have.
    pub const fn closed(members: &'static [Member]) -> Self {
        Self { members, at_least: 0, open: false }
    }

    /// Describes an object with one or more of these members, and no other.
    pub const fn any_of(members: &'static [Member]) -> Self {
        Self { members, at_least: 1, open: false }
    }

    /// Describes an object with at least these members, as answers have.
    pub const fn open(members: &'static [Member]) -> Self {
        Self { members, at_least: 0, open: true }
    }
}

/// Largest whole number that every JSON reader holds exactly: 2^53 - 1.
pub const MAX_EXACT: i64 = 9_007_199_254_740_991;
