//! Operations through the real program, over TLS, against the stand-in tenant.

mod catalogue;
mod downloads;
mod interrupts;
mod repeats;
mod stage;
