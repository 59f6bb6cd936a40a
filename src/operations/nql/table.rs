//! Rows of version 1 of the API, as objects like those of version 2.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::json::{self, WholeNumber};
use crate::operations::response;

/// Longest output, in bytes: the names of columns repeat in every row, so a short
/// response can become a long output.
const MAX_OUTPUT: usize = 16 << 20;

/// Rows that serialize as objects.
pub struct Objects<'a> {
    headers: Vec<String>,
    rows: Vec<Vec<&'a RawValue>>,
}

impl<'a> Objects<'a> {
    /// Pairs columns with values, and returns whether columns were renamed to be
    /// unique.
    ///
    /// # Errors
    ///
    /// Fails when a row has more or fewer values than there are columns, and when
    /// the output would be too long.
    pub fn new(mut headers: Vec<String>, rows: Vec<Vec<&'a RawValue>>) -> Result<(Self, bool), Failure> {
        if rows.iter().any(|row| row.len() != headers.len()) {
            return Err(response::malformed("A row of the answer has not as many values as there are columns."));
        }
        let names: usize = headers.iter().map(|header| header.len() + 4).sum();
        if names.saturating_mul(rows.len()) > MAX_OUTPUT {
            return Err(response::malformed("The rows of the answer become too long as objects."));
        }
        let mut renamed = false;
        for place in 1..headers.len() {
            let name = headers[place].clone();
            let mut number = 2;
            while headers[..place].contains(&headers[place]) {
                headers[place] = format!("{name} ({number})");
                (number, renamed) = (number + 1, true);
            }
        }
        Ok((Self { headers, rows }, renamed))
    }
}

impl Serialize for Objects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| Row(&self.headers, row)))
    }
}

struct Row<'a>(&'a [String], &'a [&'a RawValue]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

/// The time at which a query ran, as version 1 writes it.
#[derive(Deserialize)]
struct DateTimeParts {
    year: WholeNumber,
    month: WholeNumber,
    day: WholeNumber,
    hour: WholeNumber,
    minute: WholeNumber,
    second: WholeNumber,
}

/// Returns the time at which a query ran as version 2 writes it, from the form of
/// either version. `None` for any other form.
pub fn execution_time(value: &RawValue) -> Option<String> {
    if let Ok(text) = serde_json::from_str(value.get()) {
        return Some(text);
    }
    let parts: DateTimeParts = json::object_from_str(value.get()).ok()?;
    let [year, month, day, hour, minute, second] =
        [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second].map(|WholeNumber(part)| part);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}
