//! Tests over TLS: the fake answers as documented, refuses what is wrong, and fails as configured.

mod access;
mod calls;
mod client;
mod connections;
mod exports;
mod faults;
mod hostile;
mod operations;
mod program;
mod queries;
mod schemas;
mod token;
mod writes;
