//! The forms in which a secret travels, and the way back.
//!
//! A provider, a proxy or a log repeats a secret as it is, in JSON, in a URL or in base64.
//! [`Form`] writes a text in a form again, as recordings do with their placeholders; [`decoded`]
//! undoes forms, which is how [`Redactor`](crate::Redactor) finds a secret in any of them.

mod decoded;
mod digits;
mod escapes;
mod form;
mod view;

pub use decoded::{Decoded, decoded};
pub use escapes::unescaped;
pub use form::{Form, hex, json};

pub(crate) use view::{Kept, Reading, View, Views};

/// How many encodings can be inside of each other: base64 in JSON in a form.
pub(crate) const LAYERS: usize = 3;
