//! Operations through the real program, over TLS, against the fake tenant.

mod catalogue;
mod downloads;
mod interrupts;
mod repeats;
mod stage;
