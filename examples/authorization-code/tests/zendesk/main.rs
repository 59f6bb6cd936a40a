//! The connector against a fake account, which knows nothing of it, and its form against its own words.

mod form;
mod operations;
mod person;
mod sign_in;
mod tokens;
