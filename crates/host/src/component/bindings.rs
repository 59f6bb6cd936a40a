//! The contract, as Wasmtime sees it. Values of these types are unchecked and print
//! secrets, so they stay in this module: `convert` turns them into what the guard takes.

#![allow(missing_docs, clippy::pedantic, reason = "generated")]

wasmtime::component::bindgen!({
    path: "wit",
    world: "connector",
    ownership: Borrowing { duplicate_if_necessary: true },
    additional_derives: [PartialEq],
});
