//! Campaigns: `POST /api/v1/euf/campaign/trigger`.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, Texts, error, invalid};
use crate::api::ids::is_sid;
use crate::api::schema::{Rule, TEXT, optional, required};
use crate::reply::Reply;
use crate::samples::{CAMPAIGNS, UNKNOWN_USER};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    campaign_nql_id: String,
    user_sid: Vec<String>,
    #[serde(default)]
    parameters: Texts,
}

/// SIDs have no form here: a wrong one is refused in its own part of the response.
const TRIGGER: Rule = Rule::Object(&[
    required("campaignNqlId", Rule::Text(1, usize::MAX)),
    required("userSid", Rule::List(&TEXT, 1, 10_000)),
    required("expiresInMinutes", Rule::Whole(1, 525_600)),
    optional("parameters", Rule::Map(&TEXT, 30)),
]);

/// Sends a campaign to users.
pub(super) fn trigger(context: &Context) -> Answer {
    let refuse = |code, text, reason| error(400, code, text).because(reason);
    let Trigger { campaign_nql_id, user_sid, parameters } =
        context.body(&TRIGGER).map_err(|problem| invalid(&problem))?;
    let campaign = CAMPAIGNS.iter().find(|campaign| campaign.id == campaign_nql_id);
    let campaign =
        campaign.ok_or_else(|| refuse("INVALID_REQUEST", "There is no such campaign.", "unknown-campaign"))?;
    if !campaign.api_enabled {
        let text = "The campaign cannot be triggered through the API.";
        return Err(refuse("INVALID_CAMPAIGN_TRIGGER_TYPE", text, "api-box-not-ticked"));
    }
    let all_there = campaign.parameters.iter().all(|name| parameters.contains_key(*name));
    if !all_there || parameters.len() != campaign.parameters.len() {
        let text = "The parameters are not those of the campaign.";
        return Err(refuse("INVALID_REQUEST", text, "parameters-differ-from-the-campaign"));
    }
    let mut seen = HashSet::new();
    let users = user_sid.iter().filter(|sid| seen.insert(sid.as_str()));
    let requests: Vec<Value> = users
        .map(|sid| {
            if !is_sid(sid) {
                json!({"userSid": sid, "message": "The SID is not valid."})
            } else if sid.ends_with(UNKNOWN_USER) {
                json!({"userSid": sid, "message": "The user is not known."})
            } else {
                json!({"requestId": Uuid::new_v4(), "userSid": sid})
            }
        })
        .collect();
    Ok(Reply::json(200, &json!({"requests": requests})))
}
