//! The contract, as Wasmtime sees it. Values of these types are what a plugin
//! said, unchecked; their `Debug` shows secrets, so they stay in this crate and
//! go straight to `guard`.

#![allow(missing_docs, clippy::pedantic, reason = "generated")]

wasmtime::component::bindgen!({ path: "../wit", world: "connector", additional_derives: [PartialEq] });
