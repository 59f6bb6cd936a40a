//! Problems with entries, settings and inputs.

/// A single problem with an entry, a setting or an input.
///
/// Its texts never quote a value: a secret pasted into the wrong field would show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Key of the field, or JSON Pointer (RFC 6901) into an input. `None`: the
    /// problem concerns the whole.
    pub field: Option<String>,
    /// Kind of problem.
    pub code: ProblemCode,
    /// One sentence for the person who fills in the form.
    pub message: String,
    /// One or two sentences on what to do about it. `None`: the message says it
    /// all.
    pub hint: Option<String>,
}

impl Problem {
    /// Creates a problem of a field, given its key.
    pub fn of(key: impl Into<&'static str>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: Some(key.into().to_owned()), code, message: message.into(), hint: None }
    }

    /// Creates a problem at a JSON Pointer.
    pub fn at(pointer: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: Some(pointer.into()), code, message: message.into(), hint: None }
    }

    /// Creates a problem of the whole.
    pub fn of_whole(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: None, code, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A kind of problem: the vocabulary of `problem.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemCode {
    /// A value is missing.
    Required,
    /// The definition has no such field.
    UnknownField,
    /// The value is longer than the provider can have given out.
    TooLong,
    /// The value does not have the expected format.
    BadFormat,
    /// The value is not one of the options.
    NotAnOption,
    /// Two values contradict each other.
    Contradiction,
    /// The value contains a character that cannot be typed.
    ControlCharacter,
    /// The catalogue has no such operation.
    UnknownOperation,
    /// The value is of another JSON type.
    WrongType,
    /// The number is too large or too small.
    OutOfRange,
    /// There are more items than the provider accepts.
    TooMany,
    /// There are fewer items than the provider accepts.
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
