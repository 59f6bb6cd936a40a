//! The operations: what they take, what they return.

use connector_kit::operation::{Effect, Operation, Output};
use connector_kit::schema::{List, MAX_SAFE_INTEGER, Member, Object, Rule, Text};

/// What an operation does.
#[derive(Debug, Clone, Copy)]
pub enum Flow {
    /// Shows who signed in.
    Me,
    /// Gathers pages of tickets.
    List,
    /// Creates a ticket.
    Create,
}

const USERS: &str = "https://developer.zendesk.com/api-reference/ticketing/users/users/";
const TICKETS: &str = "https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/";

/// The operations, in the order to show them.
pub const CATALOGUE: [Operation<Flow>; 3] = [
    Operation {
        id: "users.me",
        title: "Show who signed in",
        description: "Returns the person who signed in.",
        permission: None,
        effect: Effect::Read,
        input: &Object::closed(&[]),
        example: "{}",
        output: Output::Json(&Object::closed(&[
            Member::required("id", NUMBER, "Number of the user."),
            Member::required("name", TEXT, "Name."),
            Member::required("email", TEXT, "Primary email address."),
            Member::required("role", TEXT, "`end-user`, `agent` or `admin`."),
        ])),
        documentation: USERS,
        flow: Flow::Me,
    },
    Operation {
        id: "tickets.list",
        title: "List tickets",
        description: "Returns tickets in the order of their numbers.",
        permission: None,
        effect: Effect::Read,
        input: &Object::closed(&[
            Member::optional("limit", Rule::Integer(1, 500), "Most tickets to return.").with_default("100"),
            Member::optional("after", Rule::Text(&CURSOR), "`after` of an earlier output: where to go on."),
        ]),
        example: r#"{"limit":250}"#,
        output: Output::Json(&Object::closed(&[
            Member::required("tickets", Rule::List(&List { item: TICKET, min: 0, max: None }), "The tickets."),
            Member::required("after", TEXT, "Where to go on. Null: there are no more."),
        ])),
        documentation: TICKETS,
        flow: Flow::List,
    },
    Operation {
        id: "tickets.create",
        title: "Create a ticket",
        description: "Creates a ticket, requested by the person who signed in.",
        permission: None,
        effect: Effect::Write,
        input: &Object::closed(&[
            Member::required("subject", Rule::Text(&SUBJECT), "Subject."),
            Member::required("comment", Rule::Text(&COMMENT), "First comment."),
            Member::optional("priority", Rule::Choice(&["low", "normal", "high", "urgent"]), "Priority."),
            Member::optional("idempotency_key", Rule::Text(&KEY), "Text of your own, new for each ticket."),
        ]),
        example: r#"{"subject":"Printer on fire","comment":"It smokes.","idempotency_key":"9b2e7d1c"}"#,
        output: Output::Json(&TICKET_MEMBERS),
        documentation: TICKETS,
        flow: Flow::Create,
    },
];

const NUMBER: Rule = Rule::Integer(0, MAX_SAFE_INTEGER);
const TEXT: Rule = Rule::Unchecked(&["string", "null"]);
const TICKET: Rule = Rule::Object(&TICKET_MEMBERS);
const TICKET_MEMBERS: Object = Object::closed(&[
    Member::required("id", NUMBER, "Number of the ticket."),
    Member::required("subject", TEXT, "Subject."),
    Member::required("status", TEXT, "Status, such as `open`."),
    Member::required("priority", TEXT, "Priority. Null: none is set."),
    Member::required("updated_at", TEXT, "Time of the last change."),
]);

/// A cursor of Zendesk, at most 20 times as long as those seen.
pub(crate) const CURSOR: Text = Text {
    pattern: "",
    except: "",
    accepts: |_| true,
    min: 1,
    max: Some(2048),
    format: "",
    example: "",
    noun: "a text",
    hint: "",
};
const SUBJECT: Text = Text { max: Some(255), ..CURSOR };
/// Longest comment: Zendesk, *Ticket Comments*.
const COMMENT: Text = Text { max: Some(65_535), ..CURSOR };
/// Longest key: Zendesk, *Idempotency*.
const KEY: Text = Text {
    pattern: "[!-~]+",
    accepts: |text| text.bytes().all(|b| b.is_ascii_graphic()),
    max: Some(255),
    noun: "text that a header can carry",
    hint: "Use ASCII letters, digits and punctuation.",
    ..CURSOR
};
