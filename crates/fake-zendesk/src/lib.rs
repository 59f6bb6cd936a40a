//! A fake Zendesk account for tests, without I/O: a request in, a response out.
//!
//! [`Account::answer`] is all there is to it. The caller has the socket and the clock, so the same account
//! answers unit tests and a server. It knows what Zendesk documents and nothing of any client of it:
//!
//! - `oauth` is the page on which a person agrees or refuses, and the token endpoint behind it: codes that
//!   work once and for two minutes, PKCE, refresh tokens that are replaced at each use.
//! - `tickets` is a little of the API: the person who signed in, and tickets in pages.
//!
//! Where Zendesk documents nothing, it does what RFC 6749 and RFC 9700 recommend, which is the stricter: a code
//! or a refresh token that comes a second time revokes every token of that sign-in.

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;

mod http;
mod oauth;
mod tickets;

pub use http::{Request, Response};
pub use oauth::{Client, Decision};

use oauth::Authority;
use tickets::Tickets;

/// An account with one OAuth client.
///
/// It has no `Debug`: its tokens would show.
pub struct Account {
    authority: Authority,
    tickets: Tickets,
}

impl Account {
    /// Creates an account with so many tickets, of the numbers from 1.
    pub fn new(client: Client, tickets: u64) -> Self {
        Self { authority: Authority::new(client), tickets: Tickets::new(tickets) }
    }

    /// Sets what the person does on the page: agree, until this is called.
    pub fn decide(&mut self, decision: Decision) {
        self.authority.decide(decision);
    }

    /// Revokes every token, as an administrator can.
    pub fn revoke_all(&mut self) {
        self.authority.revoke_all();
    }

    /// Answers a request that arrives at a time in seconds since the Unix epoch.
    pub fn answer(&mut self, now: u64, request: &Request) -> Response {
        match (request.method.as_str(), request.path()) {
            ("GET", "/oauth/authorizations/new") => self.authority.authorize(now, request),
            ("POST", "/oauth/tokens") => self.authority.token(now, request),
            (_, path) if path.starts_with("/api/v2/") => match self.authority.admits(now, request) {
                Ok(()) => self.tickets.answer(request),
                Err(refusal) => refusal,
            },
            _ => Response::error(404, "InvalidEndpoint", "Not found"),
        }
    }
}
