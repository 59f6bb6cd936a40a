//! What the page shows of a connector before anyone connects.

use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use connector_host::Error;
use connector_host::records::Field;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::answer;
use super::computing::computed;
use super::request::{Asked, Shared};
use crate::page::Answers;
use crate::protect::ICON_POLICY;

/// Everything that is shown from the start.
pub(crate) async fn facts(State(page): Shared) -> Response {
    let definition = page.connector.definition();
    let mut shown = json!(definition);
    let steps = definition.guide.iter().zip(&page.guide);
    shown["guide"] = steps.map(|(step, html)| json!({ "id": step.id, "title": step.title, "html": html })).collect();
    if let Some(members) = shown.as_object_mut() {
        // It has an address of its own.
        members.remove("icon");
    }
    let info = page.connector.component().info();
    let metadata: Value = info.metadata.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    let (mode, recordings) = match &page.answers {
        Answers::Recordings(recordings) => ("recordings", json!(recordings)),
        Answers::Live(_) => ("live", json!([])),
    };
    answer(Ok(json!({
        "definition": shown,
        "component": {
            "bytes": page.artefact.bytes,
            "gzip-bytes": page.artefact.gzip_bytes,
            "digest": page.artefact.digest.to_string(),
            "imports": info.imports,
            "exports": info.exports,
            "memory-minimum": info.memory_minimum,
            "metadata": metadata,
        },
        "interfaces": info.interfaces(),
        "mode": mode,
        "recordings": recordings,
    })))
}

/// The icon of the provider: a picture, and a document that does nothing.
pub(crate) async fn icon(State(page): Shared) -> Response {
    let headers = [(CONTENT_TYPE, "image/svg+xml"), (CONTENT_SECURITY_POLICY, ICON_POLICY)];
    (headers, page.connector.definition().icon.clone()).into_response()
}

/// The operations on offer.
pub(crate) async fn operations(State(page): Shared) -> Response {
    let operations = page.connector.operations();
    answer(operations.map(|operations| json!({ "operations": operations })).map_err(|error| Error::from(error).into()))
}

#[derive(Deserialize)]
pub(crate) struct Resolve {
    entries: Vec<(String, String)>,
}

/// What the entries so far resolve to. Secrets play no part in it.
pub(crate) async fn resolve(State(page): Shared, Asked(mut asked): Asked<Resolve>) -> Response {
    asked.entries.retain(|(key, _)| !page.connector.definition().field(key).is_some_and(Field::is_secret));
    let resolved = computed(&page, |page| {
        Ok(page.connector.resolve(&page.connector.entries(asked.entries)).map_err(Error::from)?)
    });
    answer(resolved.await.map(|connection| json!({ "connection": connection })))
}
