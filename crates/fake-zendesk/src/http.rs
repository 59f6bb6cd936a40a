//! Requests and responses as data.

use serde_json::{Value, json};
use url::form_urlencoded;

/// An HTTP request. It has no `Debug`: it may contain secrets and tokens.
pub struct Request {
    /// Method in upper case.
    pub method: String,
    /// Path and query; begins with a slash.
    pub target: String,
    /// Pairs of name in lower case and value.
    pub headers: Vec<(String, String)>,
    /// Body. Empty: none.
    pub body: Vec<u8>,
}

impl Request {
    /// Returns the path.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the value of a parameter that is there once.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(given, _)| given == name);
        let value = values.next()?.1.into_owned();
        values.next().is_none().then_some(value)
    }

    /// Returns the value of a header that is there once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(given, _)| given == name);
        let value = values.next()?.1.as_str();
        values.next().is_none().then_some(value)
    }

    /// Returns the body if it is a JSON object and declared as one.
    pub(crate) fn json(&self) -> Option<Value> {
        let declared = self.header("content-type")?.split(';').next()?.trim() == "application/json";
        declared.then(|| serde_json::from_slice(&self.body).ok()).flatten().filter(Value::is_object)
    }
}

/// An HTTP response. It has no `Debug`: it may contain tokens.
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Pairs of name in lower case and value.
    pub headers: Vec<(String, String)>,
    /// Body. Empty: none.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the value of the first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes() }
    }

    /// An error in the form of the API.
    pub(crate) fn error(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &json!({ "error": error, "description": description }))
    }

    /// An error in the form of RFC 6749 section 5.2.
    pub(crate) fn oauth_error(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &json!({ "error": error, "error_description": description }))
    }

    pub(crate) fn redirect(location: String) -> Self {
        Self { status: 302, headers: vec![("location".to_owned(), location)], body: Vec::new() }
    }
}
