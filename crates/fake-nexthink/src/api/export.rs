//! Exports saved queries: start, and ask how far it is.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::json;

use crate::api::nql::{error, find};
use crate::api::{Context, Texts};
use crate::reply::Reply;
use crate::samples::{Outcome, Query};

/// Names a compression of the exported file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Compression {
    #[default]
    None,
    Gzip,
    Zstd,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    query_id: String,
    #[serde(default)]
    parameters: Option<Texts>,
    #[serde(default)]
    compression: Option<Compression>,
}

/// Remembers exports; the oldest are forgotten.
#[derive(Default)]
pub(crate) struct Exports(Mutex<Started>);

#[derive(Default)]
struct Started {
    exports: HashMap<String, Export>,
    order: VecDeque<String>,
}

struct Export {
    instance: String,
    query: &'static Query,
    compression: Compression,
    asked: u32,
    /// Holds signature and expiry of each link, oldest first.
    links: VecDeque<(String, u64)>,
}

/// Says what a link leads to.
pub(super) enum Link {
    Good(&'static Query, Compression),
    Expired,
    Unknown,
}

/// Keeps memory bounded; nobody follows more at once.
const EXPORTS: usize = 10_000;

/// Every question after completion makes a link, and earlier ones stay good: so many at most.
const LINKS: usize = 16;

/// Counts seconds; documented.
const LINK_LIFETIME: u64 = 900;

pub(super) fn start(context: &Context) -> Reply {
    match context.request.json() {
        Ok(body) => begin(context, body),
        Err(reason) => error(400, 400, "The request cannot be read.").because(reason),
    }
}

/// Starts with arguments in the query. How `parameters` is written there is unclear: a JSON object is accepted, and
/// `parameters[name]=value`.
pub(super) fn start_by_query(context: &Context) -> Reply {
    let refuse = |reason| error(400, 400, "The query cannot be read.").because(reason);
    let Some(query_id) = context.request.parameter("queryId").filter(|id| !id.is_empty()) else {
        // Mostly because `#` was not encoded, and all behind it is a fragment that is never sent.
        return refuse("query-id-missing");
    };
    let mut parameters = Texts::new();
    let mut compression = None;
    for (name, value) in form_urlencoded::parse(context.request.query.as_bytes()) {
        match &*name {
            "compression" => match serde_json::from_value(json!(value)) {
                Ok(known) => compression = Some(known),
                Err(_) => return refuse("unknown-compression"),
            },
            "parameters" => match serde_json::from_str::<Texts>(&value) {
                Ok(texts) => parameters.extend(texts),
                Err(_) => return refuse("parameters-are-no-object"),
            },
            name => {
                if let Some(name) = name.strip_prefix("parameters[").and_then(|rest| rest.strip_suffix(']')) {
                    parameters.insert(name.to_owned(), value.into_owned());
                }
            }
        }
    }
    begin(context, Start { query_id, parameters: Some(parameters), compression })
}

fn begin(context: &Context, start: Start) -> Reply {
    let query = match find(&start.query_id, &start.parameters.unwrap_or_default()) {
        Ok(query) => query,
        Err(reply) => return *reply,
    };
    let id = context.service.random.uuid();
    let export = Export {
        instance: context.instance.to_owned(),
        query,
        compression: start.compression.unwrap_or_default(),
        asked: 0,
        links: VecDeque::new(),
    };
    context.service.exports.add(id.clone(), export);
    Reply::json(200, &json!({"exportId": id}))
}

/// Answers how far an export is: submitted at the first question, in progress at the second, then at its end.
pub(super) fn status(context: &Context) -> Reply {
    let id = context.parameters.first().copied().unwrap_or_default();
    let signature = context.service.random.hex();
    let expires = context.service.clock.now().saturating_add(LINK_LIFETIME);
    let Some((asked, outcome)) = context.service.exports.ask(id, context.instance, &signature, expires) else {
        return error(404, 100, "No export with this id.").because("unknown-export");
    };
    let state = |state: &str, url: Option<String>, problem: Option<&str>| json!({"status": state, "resultsFileUrl": url, "errorDescription": problem});
    let completed = || {
        let query = format!("X-Amz-Expires={LINK_LIFETIME}&X-Amz-Signature={signature}");
        state("COMPLETED", Some(format!("https://{}/_tenant/download/{id}?{query}", context.authority)), None)
    };
    match (asked, outcome) {
        (1, _) => Reply::json(200, &state("SUBMITTED", None, None)),
        (2, _) => Reply::json(200, &state("IN_PROGRESS", None, None)),
        (_, Outcome::Whole) => Reply::json(200, &completed()),
        (_, Outcome::Truncated) => Reply::json(206, &completed()),
        (_, Outcome::Failing) => Reply::json(200, &state("ERROR", None, Some("The query took too long."))),
    }
}

impl Exports {
    fn add(&self, id: String, export: Export) {
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if started.order.len() >= EXPORTS
            && let Some(oldest) = started.order.pop_front()
        {
            started.exports.remove(&oldest);
        }
        started.order.push_back(id.clone());
        started.exports.insert(id, export);
    }

    /// Counts a question, and notes a link when the export is complete.
    fn ask(&self, id: &str, instance: &str, signature: &str, expires: u64) -> Option<(u32, Outcome)> {
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let export = started.exports.get_mut(id).filter(|export| export.instance == instance)?;
        export.asked = export.asked.saturating_add(1);
        if export.asked > 2 && export.query.outcome != Outcome::Failing {
            if export.links.len() >= LINKS {
                export.links.pop_front();
            }
            export.links.push_back((signature.to_owned(), expires));
        }
        Some((export.asked, export.query.outcome))
    }

    /// Follows a link.
    pub(super) fn follow(&self, id: &str, instance: &str, signature: &str, now: u64) -> Link {
        let started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(export) = started.exports.get(id).filter(|export| export.instance == instance) else {
            return Link::Unknown;
        };
        match export.links.iter().find(|(known, _)| known == signature) {
            None => Link::Unknown,
            Some((_, expires)) if *expires <= now => Link::Expired,
            Some(_) => Link::Good(export.query, export.compression),
        }
    }
}
