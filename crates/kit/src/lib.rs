//! What connectors of any provider share.
//!
//! A connector is a pure library that turns data into data, and an adapter that exports it
//! as a WebAssembly component. This crate has the parts that know no provider:
//!
//! - [`entries`], the values of the form by key; [`problem`], what is wrong with them;
//!   [`text`] and [`secret`], their handling;
//! - [`definition`], what a platform shows of the provider;
//! - [`http`], requests and responses as data; [`api`], building requests; [`response`] and
//!   [`json`], reading responses; [`failure`], why an exchange failed and what a host does
//!   about it;
//! - [`operation`], its description; [`schema`], what inputs and outputs look like; [`step`] and [`state`],
//!   the steps of an operation and its position between them;
//! - [`conversions!`], from these types to those that `wit-bindgen` generates.
//!
//! For `wasm32` it also sets the allocator.

#[cfg(target_arch = "wasm32")]
mod allocator;
pub mod api;
mod conversions;
pub mod definition;
pub mod entries;
pub mod exchange;
pub mod failure;
pub mod http;
pub mod json;
pub mod operation;
pub mod problem;
pub mod response;
pub mod schema;
pub mod secret;
pub mod state;
pub mod step;
pub mod text;

pub use conversions::each;
