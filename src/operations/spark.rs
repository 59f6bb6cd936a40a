//! Handover of conversations to Spark (Nexthink: Spark API).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::access;
use crate::failure::{Failure, FailureCode};
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{ANY, HEADER_VALUE, NON_EMPTY, UPN, VALUES};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::problem::Problem;

/// `POST /api/v1/spark/handoff`.
pub static HANDOFF: Operation = Operation {
    id: "spark.handoff",
    title: "Hand over to Spark",
    description: "Hands the message of an employee to Spark, which answers in Microsoft Teams.",
    permission: Some("spark"),
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("userPrincipalName", Rule::Text(&UPN), "The employee, by user principal name."),
        Member::required(
            "message",
            Rule::Either(&[Rule::Text(&NON_EMPTY), Rule::Object(&MESSAGE)]),
            "What the employee says: a text, or parts as the API takes them.",
        ),
        // The format is not documented; an IANA name is likely (confidence D).
        Member::optional("timezone", Rule::Text(&HEADER_VALUE), "The employee's time zone, such as Europe/Zurich."),
        Member::optional("metadata", Rule::Map(&VALUES), "What else Spark should know."),
    ]),
    example: r#"{"userPrincipalName":"ada@example.com","message":"My laptop is slow.","timezone":"Europe/Zurich"}"#,
    output: Output::Json(&Object::open(&[Member::required(
        "accepted",
        Rule::Boolean,
        "Always true: Spark answers elsewhere.",
    )])),
    documentation: "https://docs.nexthink.com/api/spark/handoff-api",
    flow: Flow::Single { request: hand_off, outcome: handed_off },
};

/// A message of several parts, or of files alone.
static MESSAGE: Object = Object::closed(&[Member::required(
    "parts",
    Rule::List(&List {
        item: Rule::Either(&[
            Rule::Object(&Object::closed(&[
                Member::required("type", Rule::Choice(&["TEXT"]), "That this is a text."),
                Member::required("text", Rule::Text(&NON_EMPTY), "The text."),
            ])),
            Rule::Object(&Object::closed(&[
                Member::required("type", Rule::Choice(&["FILE"]), "That this is a file."),
                Member::required("mimeType", Rule::Text(&NON_EMPTY), "Media type, such as image/png."),
                // The encoding is not documented (confidence D).
                Member::required("fileContent", Rule::Text(&ANY), "The bytes, most likely in base64."),
            ])),
        ]),
        min: 1,
        max: None,
    }),
    "Texts and files, in the order to send them.",
)]);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    user_principal_name: String,
    #[serde(borrow)]
    message: &'a RawValue,
    timezone: Option<String>,
    #[serde(default)]
    metadata: Pairs,
}

#[derive(Serialize)]
struct Body<'a> {
    message: Message<'a>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    metadata: Pairs,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Message<'a> {
    /// As the caller has written it, which its rule has accepted.
    Parts(&'a RawValue),
    Text {
        parts: [TextPart<'a>; 1],
    },
}

#[derive(Serialize)]
struct TextPart<'a> {
    r#type: &'static str,
    text: &'a RawValue,
}

fn hand_off(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Input = call.input()?;
    let message = if input.message.get().starts_with('{') {
        Message::Parts(input.message)
    } else {
        Message::Text { parts: [TextPart { r#type: "TEXT", text: input.message }] }
    };
    let body = Body { message, metadata: input.metadata };
    Ok(call
        .post("/api/v1/spark/handoff", &body, Repeat::Never)
        .with_header("user-principal-name", &input.user_principal_name)
        .with_optional_header("timezone", input.timezone.as_deref()))
}

fn handed_off(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct HandedOff {
        accepted: bool,
    }
    access::response(response).map_err(|failure| {
        if failure.is(FailureCode::NotFound) {
            failure.hint("Check the user principal name; the employee needs Teams with Spark.")
        } else {
            failure
        }
    })?;
    if response.status != 204 && !response.body.is_empty() {
        return Err(response::malformed("Spark answered with something where it says nothing."));
    }
    Ok(Outcome::complete(&HandedOff { accepted: true }))
}
