//! Campaigns: `POST /api/v1/euf/campaign/trigger`.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, Texts, error};
use crate::api::ids::is_sid;
use crate::reply::Reply;
use crate::samples::{CAMPAIGNS, UNKNOWN_USER};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    campaign_nql_id: String,
    user_sid: Vec<String>,
    expires_in_minutes: i64,
    #[serde(default)]
    parameters: Option<Texts>,
}

/// Sends a campaign to users.
pub(super) fn trigger(context: &Context) -> Answer {
    let refuse = |code, text, reason| error(400, code, text).because(reason);
    let invalid = |text, reason| refuse("INVALID_REQUEST", text, reason);
    let body: Trigger = context.request.json().map_err(|reason| invalid("The request cannot be read.", reason))?;
    if !(1..=10_000).contains(&body.user_sid.len()) {
        return Err(invalid("userSid must contain 1 to 10000 SIDs.", "user-count-out-of-range"));
    }
    if !(1..=525_600).contains(&body.expires_in_minutes) {
        return Err(invalid("expiresInMinutes must lie between 1 and 525600.", "expiry-out-of-range"));
    }
    let parameters = body.parameters.unwrap_or_default();
    if parameters.len() > 30 {
        return Err(invalid("At most 30 parameters are allowed.", "too-many-parameters"));
    }
    let campaign = CAMPAIGNS.iter().find(|campaign| campaign.id == body.campaign_nql_id);
    let campaign = campaign.ok_or_else(|| invalid("There is no such campaign.", "unknown-campaign"))?;
    if !campaign.api_enabled {
        let text = "The campaign cannot be triggered through the API.";
        return Err(refuse("INVALID_CAMPAIGN_TRIGGER_TYPE", text, "api-box-not-ticked"));
    }
    let all_there = campaign.parameters.iter().all(|name| parameters.contains_key(*name));
    if !all_there || parameters.len() != campaign.parameters.len() {
        return Err(invalid("The parameters are not those of the campaign.", "parameters-differ-from-the-campaign"));
    }
    let mut seen = HashSet::new();
    let users = body.user_sid.iter().filter(|sid| seen.insert(sid.as_str()));
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
