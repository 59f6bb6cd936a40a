//! What Datadog can do: validate the API key, list monitors, post events.

use connector_kit::exchange::Exchange;
use std::collections::BTreeMap;

use connector_kit::failure::Failure;
use connector_kit::http::{Request, Response};
use connector_kit::operation::{Effect, Operation, Output};
use connector_kit::schema::{List, Member, Object, Rule, Text};
use connector_kit::step::Outcome;
use connector_kit::{json, response, state};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::access::{self, API};
use crate::definition::NAME;

/// Every operation, in the order to show them.
pub static CATALOGUE: [&Operation<Exchange>; 3] = [&VALIDATE, &MONITORS, &EVENT];

const TAGS: Rule = Rule::List(&List { item: Rule::Text(&Text::any(200)), min: 1, max: Some(100) });

static VALIDATE: Operation<Exchange> = Operation {
    id: "keys.validate",
    title: "Validate the API key",
    description: "Checks that Datadog accepts the API key. It does not check the application key.",
    permission: None,
    effect: Effect::Read,
    input: &Object::closed(&[]),
    example: "{}",
    output: Output::Json(&Object::open(&[Member::required("valid", Rule::Boolean, "Whether the key is valid.")])),
    documentation: "https://docs.datadoghq.com/api/latest/authentication/#validate-api-key",
    flow: Exchange {
        request: |base_url, _| Ok(API.get(base_url, "/api/v1/validate")),
        outcome: |_, response| {
            #[derive(Deserialize, Serialize)]
            struct Validity {
                valid: bool,
            }
            access::response_to_api_key(response)?;
            response::object::<Validity>(response, NAME).map(|validity| Outcome::complete(&validity))
        },
    },
};

static MONITORS: Operation<Exchange> = Operation {
    id: "monitors.list",
    title: "List monitors",
    description: "Returns a page of the monitors of the organization. Needs an application key.",
    permission: None,
    effect: Effect::Read,
    input: &Object::closed(&[
        Member::optional("name", Rule::Text(&Text::any(500)), "A part of the names to look for."),
        Member::optional("tags", TAGS, "Tags of the scope, such as host:host0."),
        Member::optional("monitorTags", TAGS, "Tags of the monitors themselves, such as service:my-app."),
        Member::optional("page", Rule::Integer(0, 1_000_000), "The page, counted from 0.").with_default("0"),
        Member::optional("pageSize", Rule::Integer(1, 1000), "Monitors on a page.").with_default("100"),
    ]),
    example: r#"{"name":"CPU","monitorTags":["service:my-app"],"page":0,"pageSize":100}"#,
    output: Output::Json(&Object::open(&[
        Member::required(
            "monitors",
            Rule::List(&List { item: Rule::Unchecked(&["object"]), min: 0, max: None }),
            "The monitors, as Datadog sends them.",
        ),
        Member::optional(
            "nextPage",
            Rule::Integer(1, 1_000_001),
            "The page to ask for next. Absent: this is the last.",
        ),
    ])),
    documentation: "https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors",
    flow: Exchange { request: list_monitors, outcome: monitors },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    name: Option<String>,
    tags: Option<Vec<String>>,
    monitor_tags: Option<Vec<String>>,
    page: Option<json::WholeNumber>,
    page_size: Option<json::WholeNumber>,
}

impl Filter {
    fn page(&self) -> (u64, u64) {
        (self.page.map_or(0, |page| page.0), self.page_size.map_or(100, |size| size.0))
    }
}

fn list_monitors(base_url: &str, input: &str) -> Result<Request, json::Unreadable> {
    let filter: Filter = json::object_from_str(input)?;
    let (page, size) = filter.page();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("page", &page.to_string()).append_pair("page_size", &size.to_string());
    let texts = [
        ("name", filter.name),
        ("tags", filter.tags.map(|tags| tags.join(","))),
        ("monitor_tags", filter.monitor_tags.map(|tags| tags.join(","))),
    ];
    for (name, value) in texts {
        value.map(|value| query.append_pair(name, &value));
    }
    Ok(API.get(base_url, &format!("/api/v1/monitor?{}", query.finish())))
}

fn monitors(input: &str, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Page<'a> {
        monitors: Vec<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next_page: Option<u64>,
    }
    access::response(response)?;
    let monitors: Vec<&RawValue> = response::any(response, NAME)?;
    if monitors.iter().any(|monitor| !monitor.get().starts_with('{')) {
        return Err(response::malformed("An item of the answer is no object.", NAME));
    }
    let (page, size) = json::object_from_str::<Filter>(input).map_err(|_| state::mismatch())?.page();
    // A page that is full may be the last one: the next is then empty.
    let next_page = (monitors.len() as u64 >= size).then_some(page + 1);
    Ok(Outcome::complete(&Page { monitors, next_page }))
}

static EVENT: Operation<Exchange> = Operation {
    id: "events.post",
    title: "Post an event",
    description: "Posts an event to the event stream. Needs no application key.",
    permission: None,
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("title", Rule::Text(&Text::any(500)), "Title of the event."),
        Member::required("text", Rule::Text(&Text::any(4000)), "Body of the event, in which %%% encloses Markdown."),
        Member::optional("tags", TAGS, "Tags of the event, such as environment:test."),
        Member::optional("host", Rule::Text(&Text::any(255)), "Host to associate with the event."),
        Member::optional("aggregation_key", Rule::Text(&Text::any(100)), "Groups all events that have the same."),
        Member::optional("priority", Rule::Choice(&["normal", "low"]), "Priority of the event."),
        Member::optional(
            "alert_type",
            Rule::Choice(&["error", "warning", "info", "success", "user_update", "recommendation", "snapshot"]),
            "Kind of alert.",
        ),
    ]),
    example: r#"{"title":"Did you hear the news today?","text":"Oh boy!","tags":["environment:test"],"priority":"normal"}"#,
    output: Output::Json(&Object::open(&[
        Member::optional("id", Rule::Text(&Text::any(100)), "Id of the event."),
        Member::optional("url", Rule::Unchecked(&["string"]), "Address of the event in Datadog."),
    ])),
    documentation: "https://docs.datadoghq.com/api/latest/events/#post-an-event",
    flow: Exchange {
        // The names of the input are Datadog's own, so it is sent as it is but for `null`.
        request: |base_url, input| {
            let given: BTreeMap<&str, Option<&RawValue>> = json::object_from_str(input)?;
            let members: BTreeMap<_, _> = given.iter().filter_map(|(name, value)| Some((name, (*value)?))).collect();
            // Texts and what is JSON already always serialize.
            let body = serde_json::to_vec(&members).unwrap_or_default();
            Ok(API.request("POST", base_url, "/api/v1/events", body, false))
        },
        outcome: posted,
    },
};

fn posted(_: &str, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        event: json::AnyMember<'a>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Event<'a> {
        #[serde(borrow)]
        id: json::AnyMember<'a>,
        id_str: json::AnyMember<'a>,
        url: json::AnyMember<'a>,
    }
    #[derive(Serialize)]
    struct Posted {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    }
    let posted = access::response_to_api_key(response).and_then(|()| {
        let event = response::object::<Body>(response, NAME)?.event.object::<Event>();
        let event = event.ok_or_else(|| response::malformed("The answer has no event.", NAME))?;
        // The number loses digits in many readers (*Events*).
        let id = event.id_str.string().or_else(|| event.id.text()).filter(|id| (1..=100).contains(&id.len()));
        Ok(Outcome::complete(&Posted { id, url: event.url.string() }))
    });
    posted.map_err(|failure| match failure.code {
        "malformed-response" | "unavailable" | "timeout" | "unexpected-status" => {
            failure.hint("The event may have been posted all the same: look in Datadog before you post it again.")
        }
        _ => failure,
    })
}
