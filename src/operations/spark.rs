//! Handover of conversations to Spark (Nexthink: Spark API).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::access;
use crate::failure::{Failure, FailureCode};
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{BASE64, HEADER_VALUE, LINE, MESSAGE, UPN, VALUES};
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
    permission: "spark",
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("userPrincipalName", Rule::Text(&UPN), "The employee, by user principal name."),
        Member::required("text", Rule::Text(&MESSAGE), "What the employee says."),
        Member::optional(
            "files",
            Rule::List(&List {
                item: Rule::Object(&Object::closed(&[
                    Member::required("mimeType", Rule::Text(&LINE), "Media type, such as image/png."),
                    // Base64 is an inference (confidence D).
                    Member::required("fileContent", Rule::Text(&BASE64), "The bytes in base64."),
                ])),
                min: 0,
                // No limit is documented; a message with more is a mistake.
                max: Some(20),
            }),
            "Files that belong to it.",
        ),
        // The format is not documented; an IANA name is likely (confidence D).
        Member::optional("timezone", Rule::Text(&HEADER_VALUE), "The employee's time zone, such as Europe/Zurich."),
        Member::optional("metadata", Rule::Map(&VALUES), "What else Spark should know."),
    ]),
    example: r#"{"userPrincipalName":"ada@example.com","text":"My laptop is slow.","timezone":"Europe/Zurich"}"#,
    output: Output::Json(&Object::open(&[Member::required(
        "accepted",
        Rule::Boolean,
        "Always true: Spark answers elsewhere.",
    )])),
    documentation: "https://docs.nexthink.com/api/spark/handoff-api",
    flow: Flow::Single { request: hand_off, outcome: handed_off },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    user_principal_name: String,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    files: Option<Vec<File<'a>>>,
    timezone: Option<String>,
    #[serde(default)]
    metadata: Pairs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(borrow)]
    mime_type: Cow<'a, str>,
    #[serde(borrow)]
    file_content: Cow<'a, str>,
}

#[derive(Serialize)]
struct Body<'a> {
    message: Message<'a>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    metadata: Pairs,
}

#[derive(Serialize)]
struct Message<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
enum Part<'a> {
    Text { text: &'a str },
    File { mime_type: &'a str, file_content: &'a str },
}

fn hand_off(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Input = call.input()?;
    let files = input
        .files
        .iter()
        .flatten()
        .map(|file| Part::File { mime_type: &file.mime_type, file_content: &file.file_content });
    let parts = std::iter::once(Part::Text { text: &input.text }).chain(files).collect();
    let body = Body { message: Message { parts }, metadata: input.metadata };
    let request = call
        .post("/api/v1/spark/handoff", &body, Repeat::Never)
        .with_header("user-principal-name", &input.user_principal_name);
    Ok(match input.timezone {
        Some(timezone) => request.with_header("timezone", &timezone),
        None => request,
    })
}

fn handed_off(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct HandedOff {
        accepted: bool,
    }
    access::response(response).map_err(|failure| match failure.code {
        FailureCode::NotFound => failure.hint("Check the user principal name; the employee needs Teams with Spark."),
        _ => failure,
    })?;
    if response.status != 204 && !response.body.is_empty() {
        return Err(response::malformed("Spark answered with something where it says nothing."));
    }
    Ok(Outcome::complete(&HandedOff { accepted: true }))
}
