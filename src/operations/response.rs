//! Reading the responses to an operation's requests.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::access;
use crate::failure::{Failure, FailureCode};
use crate::http::Response;
use crate::json;

/// Reads the JSON of a success.
///
/// # Errors
///
/// The failure that the status means, or that the body is not what is documented.
pub fn read<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    access::response(response)?;
    json(response)
}

/// Reads the JSON object of an answer that was found to be a success.
///
/// # Errors
///
/// When the body is not what is documented.
pub fn json<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    let text = text(response)?;
    json::object(text.as_bytes()).map_err(|_| undocumented())
}

fn text(response: &Response) -> Result<&str, Failure> {
    if !response.may_be_json() {
        return Err(malformed("Something other than JSON came back."));
    }
    if response.is_cut_short() {
        return Err(malformed("The answer ends too early."));
    }
    std::str::from_utf8(&response.body).map_err(|_| malformed("The answer is not UTF-8."))
}

fn undocumented() -> Failure {
    malformed("The answer is not in the documented form.")
}

/// Says that an answer cannot be read.
pub fn malformed(message: &str) -> Failure {
    Failure::new(FailureCode::MalformedResponse, message)
        .hint("A proxy on the way can answer in Nexthink's place; otherwise the API has changed.")
}

/// Reads a list of objects, each as it stands.
pub fn objects(response: &Response) -> Result<Vec<&RawValue>, Failure> {
    let objects: Vec<&RawValue> = raw(response)?;
    if objects.iter().all(|object| is_object(object)) {
        Ok(objects)
    } else {
        Err(malformed("An item of the answer is no object."))
    }
}

/// Reads an object as it stands.
pub fn object(response: &Response) -> Result<&RawValue, Failure> {
    let object: &RawValue = raw(response)?;
    if is_object(object) { Ok(object) } else { Err(malformed("The answer is no object.")) }
}

/// Reads a list of objects, or the only one.
pub fn one_or_many(response: &Response) -> Result<Vec<&RawValue>, Failure> {
    if response.body.trim_ascii_start().starts_with(b"{") {
        object(response).map(|object| vec![object])
    } else {
        objects(response)
    }
}

/// Reads a success of which parts pass through as they stand.
fn raw<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    access::response(response)?;
    serde_json::from_str(text(response)?).map_err(|_| undocumented())
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}
