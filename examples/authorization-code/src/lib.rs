//! A Zendesk connector: what a provider looks like where a person signs in.
//!
//! Pure functions, in the order of a connection's life:
//!
//! 1. [`definition`] describes the form.
//! 2. [`connection`] finds the account and the client in its entries.
//! 3. [`sign_in`] sends the person to Zendesk, exchanges what they come back with, and exchanges each
//!    refresh token for the next.
//! 4. [`access`] authorizes calls to the API and judges their responses; [`failures`] has what Zendesk's refusals mean.
//! 5. [`catalogue`] describes some of these calls with JSON in and out; [`operations`] runs them.
//!
//! `component.rs` exports them as the world `authorization-code-connector`.

pub mod access;
pub mod catalogue;
#[cfg(target_arch = "wasm32")]
mod component;
pub mod connection;
pub mod definition;
pub mod failures;
pub mod operations;
pub mod sign_in;
