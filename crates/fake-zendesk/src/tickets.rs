//! A little of the Ticketing API: the person who signed in, and tickets.
//!
//! Zendesk, *Users*, *Tickets*, *Pagination* and *Idempotency*.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::http::{Request, Response};

/// Most tickets of a page (*Pagination*).
const PAGE: u64 = 100;

/// The tickets of an account, by number from 1.
pub(crate) struct Tickets {
    tickets: Vec<Value>,
    /// What was sent with an idempotency key, and the index of the ticket that it made.
    keys: HashMap<String, (Vec<u8>, usize)>,
}

impl Tickets {
    pub(crate) fn new(count: u64) -> Self {
        let tickets = (1..=count).map(|id| ticket(id, &format!("Ticket {id}"), None)).collect();
        Self { tickets, keys: HashMap::new() }
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Response {
        match (request.method.as_str(), request.path().trim_end_matches(".json")) {
            ("GET", "/api/v2/users/me") => Response::json(
                200,
                &json!({ "user": {
                    "id": 35436, "name": "Robin Field", "email": "robin@example.org", "role": "agent",
                    "locale": "en-US", "time_zone": "UTC", "active": true,
                }}),
            ),
            ("GET", "/api/v2/tickets") => self.page(request),
            ("POST", "/api/v2/tickets") => self.create(request),
            _ => Response::error(404, "InvalidEndpoint", "Not found"),
        }
    }

    /// A page by cursor. The cursor is the number of the last ticket, in no form that a client could rely on.
    fn page(&self, request: &Request) -> Response {
        let size = request.parameter("page[size]").and_then(|size| size.parse().ok());
        let Some(size) = size.filter(|size| (1..=PAGE).contains(size)) else {
            return Response::error(400, "InvalidPaginationParameter", "page[size] is not from 1 to 100");
        };
        let after = match request.parameter("page[after]") {
            None => 0,
            Some(cursor) => match cursor.strip_prefix("after=").and_then(|id| id.parse::<usize>().ok()) {
                Some(after) if after <= self.tickets.len() => after,
                _ => return Response::error(400, "InvalidPaginationParameter", "The cursor is invalid"),
            },
        };
        let tickets: Vec<_> = self.tickets[after..].iter().take(usize::try_from(size).unwrap_or(usize::MAX)).collect();
        let last = after + tickets.len();
        let cursor = (!tickets.is_empty()).then(|| format!("after={last}"));
        let meta = json!({ "has_more": last < self.tickets.len(), "after_cursor": cursor });
        Response::json(200, &json!({ "tickets": tickets, "meta": meta }))
    }

    fn create(&mut self, request: &Request) -> Response {
        let key = request.header("idempotency-key").map(str::to_owned);
        if let Some((body, index)) = key.as_ref().and_then(|key| self.keys.get(key)) {
            let same = *body == request.body;
            return if same { self.created(*index, "hit") } else { differs() };
        }
        let body = request.json().unwrap_or_default();
        let Some(comment) = body.pointer("/ticket/comment/body").and_then(Value::as_str).filter(|it| !it.is_empty())
        else {
            let details = json!({ "base": [{ "description": "Description: cannot be blank", "error": "BlankValue" }] });
            let body = json!({
                "error": "RecordInvalid", "description": "Record validation errors", "details": details,
            });
            return Response::json(422, &body);
        };
        let subject = body.pointer("/ticket/subject").and_then(Value::as_str).unwrap_or(comment);
        let priority = body.pointer("/ticket/priority").and_then(Value::as_str);
        let index = self.tickets.len();
        self.tickets.push(ticket(index as u64 + 1, subject, priority));
        if let Some(key) = key {
            self.keys.insert(key, (request.body.clone(), index));
        }
        self.created(index, "miss")
    }

    fn created(&self, index: usize, lookup: &str) -> Response {
        let mut response = Response::json(201, &json!({ "ticket": self.tickets[index] }));
        response.headers.push(("x-idempotency-lookup".to_owned(), lookup.to_owned()));
        response
    }
}

fn differs() -> Response {
    Response::error(400, "IdempotentRequestError", "Request parameters are different from a previous request")
}

fn ticket(id: u64, subject: &str, priority: Option<&str>) -> Value {
    json!({
        "id": id, "subject": subject, "status": "new", "priority": priority, "requester_id": 35436,
        "created_at": "2026-01-15T09:30:00Z", "updated_at": "2026-01-15T09:30:00Z",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(tickets: &mut Tickets, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let response = tickets.answer(&Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.iter().map(pair).collect(),
            body: body.as_bytes().to_vec(),
        });
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    #[test]
    fn pages_follow_the_cursor_and_end() {
        let mut tickets = Tickets::new(3);
        let (status, first) = send(&mut tickets, "GET", "/api/v2/tickets.json?page%5Bsize%5D=2", &[], "");
        assert_eq!((status, &first["meta"]["has_more"]), (200, &json!(true)));
        let next = "/api/v2/tickets?page[size]=2&page[after]=after%3D2";
        assert_eq!(first["meta"]["after_cursor"], "after=2");
        let (_, second) = send(&mut tickets, "GET", next, &[], "");
        assert_eq!((&second["tickets"][0]["id"], &second["meta"]["has_more"]), (&json!(3), &json!(false)));
        for wrong in ["", "?page[size]=101", "?page[size]=2&page[after]=2", "?page[size]=2&page[after]=after%3D4"] {
            assert_eq!(send(&mut tickets, "GET", &format!("/api/v2/tickets{wrong}"), &[], "").0, 400, "{wrong}");
        }
    }

    #[test]
    fn an_idempotency_key_makes_one_ticket() {
        let mut tickets = Tickets::new(0);
        let headers = [("content-type", "application/json"), ("idempotency-key", "a")];
        let body = r#"{"ticket":{"comment":{"body":"It smokes."}}}"#;
        for _ in 0..2 {
            let (status, ticket) = send(&mut tickets, "POST", "/api/v2/tickets.json", &headers, body);
            assert_eq!((status, &ticket["ticket"]["id"]), (201, &json!(1)));
        }
        assert_eq!(send(&mut tickets, "POST", "/api/v2/tickets", &headers, "{}").0, 400);
        assert_eq!(send(&mut tickets, "POST", "/api/v2/tickets", &headers[..1], "{}").0, 422);
    }
}
