//! Campaigns (Nexthink: Campaigns API).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::access;
use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::{Pairs, WholeNumber};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{self, NON_EMPTY, NQL_ID, PARAMETER_ID, VALUE};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, MAX_SAFE_INTEGER, Map, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::problem::Problem;

/// `POST /api/v1/euf/campaign/trigger`.
pub static TRIGGER: Operation = Operation {
    id: "campaigns.trigger",
    title: "Send a campaign",
    description: "Sends a campaign to users. Answers come through NQL, by the request ids. Nexthink takes the users that it \
                  knows and leaves out the others: the output is partial then, and requests says for each user why.",
    permission: Some("campaigns"),
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("campaignNqlId", Rule::Text(&NQL_ID), "NQL ID of the campaign. A missing # is added."),
        Member::required(
            "userSid",
            Rule::List(&List { item: Rule::Text(&NON_EMPTY), min: 1, max: Some(10_000) }),
            "SIDs of the users. Nexthink drops repetitions.",
        ),
        Member::required(
            "expiresInMinutes",
            Rule::Integer(1, 525_600),
            "How long the campaign waits for users, in minutes from now.",
        ),
        Member::optional(
            "parameters",
            Rule::Map(&Map { names: &PARAMETER_ID, values: Rule::Text(&VALUE), max: 30 }),
            "Values of all parameters of the campaign, by their ids.",
        ),
    ]),
    example: r##"{"campaignNqlId":"#general_survey","userSid":["S-1-5-21-1004336348-1177238915-682003330-512"],"expiresInMinutes":1440}"##,
    output: Output::Json(&Object::open(&[
        Member::required("sent", Rule::Integer(0, MAX_SAFE_INTEGER), "How many users it goes to."),
        Member::required("failed", Rule::Integer(0, MAX_SAFE_INTEGER), "How many it does not go to."),
        Member::required(
            "requests",
            Rule::List(&List {
                item: Rule::Object(&Object::open(&[
                    Member::optional("userSid", Rule::Unchecked(&["string"]), "The user."),
                    Member::optional("requestId", Rule::Unchecked(&["string"]), "Names the request in NQL."),
                    Member::optional("message", Rule::Unchecked(&["string"]), "Why it does not go to this user."),
                ])),
                min: 0,
                max: None,
            }),
            "One for each user.",
        ),
    ])),
    documentation: "https://docs.nexthink.com/api/campaigns/trigger-a-campaign",
    flow: Flow::Single { request: trigger, outcome: triggered },
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    campaign_nql_id: String,
    user_sid: Vec<String>,
    expires_in_minutes: WholeNumber,
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    parameters: Pairs,
}

fn trigger(call: &Call) -> Result<Request, Vec<Problem>> {
    let mut input: Trigger = call.input()?;
    input.campaign_nql_id = formats::with_hash(&input.campaign_nql_id);
    Ok(call.post("/api/v1/euf/campaign/trigger", &input, Repeat::Never))
}

/// The result for one user.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    requests: Vec<Recipient>,
}

#[derive(Serialize)]
struct Triggered {
    sent: usize,
    failed: usize,
    requests: Vec<Recipient>,
}

fn triggered(call: &Call, response: &Response) -> Result<Outcome, Failure> {
    let input: Trigger = call.input_on_resume()?;
    access::response(response).map_err(|failure| {
        if failure.provider_code.as_deref() == Some("INVALID_CAMPAIGN_TRIGGER_TYPE") {
            return failure.hint("Tick API in the General tab of the campaign.");
        }
        failure
    })?;
    let requests = response::json::<Answer>(response)?.requests;
    let sent = requests.iter().filter(|recipient| recipient.request_id.is_some()).count();
    let failed = requests.len() - sent;
    let mut users: BTreeMap<&str, usize> = BTreeMap::new();
    for sid in &input.user_sid {
        *users.entry(sid).or_default() += 1;
    }
    let unanswered = users.len().saturating_sub(requests.len());
    let mut outcome = Outcome::complete(&Triggered { sent, failed, requests }).partial(failed + unanswered > 0);
    if failed > 0 {
        outcome = outcome.warn(format!("The campaign does not go to {failed} of the users; requests says why."));
    }
    if unanswered > 0 {
        outcome = outcome.warn(format!("Nexthink says nothing of {unanswered} of the users."));
    }
    Ok(if users.len() < input.user_sid.len() {
        outcome.warn("Some users were named more than once; each gets the campaign once.")
    } else {
        outcome
    })
}
