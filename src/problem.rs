//! What can be wrong with what was entered.

use crate::key::Key;

/// Says one thing that is wrong with what was entered.
///
/// Its texts never quote an entry: a secret pasted into the wrong field would
/// show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Key of the field. None: the whole.
    pub field: Option<String>,
    /// What kind of problem it is.
    pub code: ProblemCode,
    /// One sentence for the person who fills in the form.
    pub message: String,
    /// What to do about it. None: the message says it all.
    pub hint: Option<String>,
}

impl Problem {
    /// Reports a problem of a known field.
    pub fn of(key: Key, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: Some(key.name().to_owned()), code, message: message.into(), hint: None }
    }

    /// Reports a problem of what a JSON Pointer leads to.
    pub fn at(pointer: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: Some(pointer.into()), code, message: message.into(), hint: None }
    }

    /// Reports a problem of the whole.
    pub fn of_whole(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: None, code, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Names the kinds of problem; the vocabulary of `problem.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemCode {
    /// Nothing was entered where something is needed.
    Required,
    /// The definition has no such field.
    UnknownField,
    /// The value is longer than the provider can have given out.
    TooLong,
    /// The value has another form than the one asked for.
    BadFormat,
    /// The value is none of those to choose from.
    NotAnOption,
    /// Two entries do not fit together.
    Contradiction,
    /// The value contains a character that cannot be typed.
    ControlCharacter,
    /// The catalogue has no such operation.
    UnknownOperation,
    /// The value is of another JSON type.
    WrongType,
    /// The number is too large or too small.
    OutOfRange,
    /// There are more than the provider takes.
    TooMany,
    /// There are fewer than it takes.
    TooFew,
}

impl ProblemCode {
    /// Returns the code as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown-field",
            Self::TooLong => "too-long",
            Self::BadFormat => "bad-format",
            Self::NotAnOption => "not-an-option",
            Self::Contradiction => "contradiction",
            Self::ControlCharacter => "control-character",
            Self::UnknownOperation => "unknown-operation",
            Self::WrongType => "wrong-type",
            Self::OutOfRange => "out-of-range",
            Self::TooMany => "too-many",
            Self::TooFew => "too-few",
        }
    }
}
