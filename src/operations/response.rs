//! The responses to the requests of operations.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::access;
use crate::definition::NAME;
use crate::failure::Failure;
use crate::http::Response;

/// Reads the JSON object of a response.
///
/// # Errors
///
/// Returns the failure that the status means, or that the body is not as
/// documented.
pub fn read<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    access::response(response)?;
    json(response)
}

/// Reads the JSON object of a response that is known to be a success.
///
/// # Errors
///
/// Fails when the body is not as documented.
pub fn json<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    connector_kit::response::object(response, NAME)
}

/// Creates the failure of a success that cannot be read.
pub fn malformed(message: &str) -> Failure {
    connector_kit::response::malformed(message, NAME)
}

/// Reads an array of objects, each left as it is.
///
/// # Errors
///
/// Returns the failure that the status means, or that the body is something else.
pub fn objects(response: &Response) -> Result<Vec<&RawValue>, Failure> {
    let objects: Vec<&RawValue> = raw(response)?;
    if objects.iter().all(|object| is_object(object)) {
        Ok(objects)
    } else {
        Err(malformed("An item of the answer is no object."))
    }
}

/// Reads an object and leaves it as it is.
///
/// # Errors
///
/// Returns the failure that the status means, or that the body is something else.
pub fn object(response: &Response) -> Result<&RawValue, Failure> {
    let object: &RawValue = raw(response)?;
    if is_object(object) { Ok(object) } else { Err(malformed("The answer is no object.")) }
}

/// Reads an array of objects or a single one, each left as it is.
///
/// # Errors
///
/// Returns the failure that the status means, or that the body is something else.
pub fn one_or_many(response: &Response) -> Result<Vec<&RawValue>, Failure> {
    if response.body.trim_ascii_start().starts_with(b"{") {
        object(response).map(|object| vec![object])
    } else {
        objects(response)
    }
}

/// Reads a response of any JSON type.
fn raw<'r, T: Deserialize<'r>>(response: &'r Response) -> Result<T, Failure> {
    access::response(response)?;
    connector_kit::response::any(response, NAME)
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}
