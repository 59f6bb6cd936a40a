//! Findings in words.

use connector_host::records::Problem;

/// Longest value to quote in full, in characters.
const QUOTED: usize = 60;

/// Sums problems up in one line.
pub(crate) fn summary(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let field = problem.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        format!("{field}{} ({})", problem.message, problem.code)
    };
    problems.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Quotes a made-up value; of a long one the beginning and its length.
pub(crate) fn quoted(value: &str) -> String {
    let count = value.chars().count();
    if count <= QUOTED {
        return format!("{value:?}");
    }
    format!("{:?}… ({count} characters)", value.chars().take(QUOTED).collect::<String>())
}
