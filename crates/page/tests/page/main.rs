//! The connect page over a real port.

mod hostile;
mod limits;
mod live;
mod misbehaving;
mod protection;
mod recorded;
mod server;
mod sign_in;
