//! Proves over real TLS that the stand-in tenant answers as documented, refuses what is wrong, and misbehaves as told.

mod access;
mod calls;
mod client;
mod connections;
mod exports;
mod faults;
mod hostile;
mod operations;
mod queries;
mod token;
mod writes;
