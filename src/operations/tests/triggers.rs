//! Remote actions, workflows, campaigns, deletions and Spark.

use serde_json::{Value, json};

use super::{CATALOGUE, answer, begun, done, failed, json_answer, output, refused, sent_body, sent_header};

const SID: &str = "S-1-5-21-1004336348-1177238915-682003330-512";
const UUID: &str = "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001";

#[test]
fn ids_in_query_strings_are_always_encoded() {
    for (id, input, url) in [
        ("remote-actions.details", json!({"remoteActionId": "a_B"}), "act/remote-action/details?nql-id=%23a_B"),
        ("remote-actions.details", json!({"remoteActionId": "#a_B"}), "act/remote-action/details?nql-id=%23a_B"),
        ("workflows.details", json!({"workflowId": "#a"}), "workflows/details?nqlId=%23a"),
        ("workflows.list", json!({}), "workflows"),
        (
            "workflows.list",
            json!({"dependency": "USER_AND_DEVICE", "fetchOnlyActiveWorkflows": false, "triggerMethod": "API"}),
            "workflows?dependency=USER_AND_DEVICE&triggerMethod=API&fetchOnlyActiveWorkflows=false",
        ),
        ("remote-actions.list", json!({}), "act/remote-action"),
    ] {
        let expected = format!("https://nxdocs.api.eu.nexthink.cloud/api/v1/{url}");
        assert_eq!(begun(id, &input).request.url, expected);
    }
}

#[test]
fn what_describes_passes_through_as_it_stands() {
    let body = r##"[{"id":"#a","targeting":{"apiEnabled":true},"new":[1.50]},{}]"##;
    let outcome = done("remote-actions.list", &json!({}), &answer(200, "application/json", body));
    assert_eq!(outcome.output, format!(r#"{{"remoteActions":{body}}}"#));
    let outcome = done("workflows.list", &json!({}), &answer(200, "application/json", body));
    assert_eq!(outcome.output, format!(r#"{{"workflows":{body}}}"#));
}

#[test]
fn a_workflow_is_read_from_an_array_or_an_object() {
    let input = json!({"workflowId": "a"});
    for (body, warnings) in [(json!({"id": "a"}), 0), (json!([{"id": "a"}]), 0), (json!([{"id": "a"}, {"id": "b"}]), 1)]
    {
        let outcome = done("workflows.details", &input, &json_answer(200, &body));
        assert_eq!((output(&outcome), outcome.warnings.len()), (json!({"workflow": {"id": "a"}}), warnings), "{body}");
    }
    assert_eq!(failed("workflows.details", &input, &json_answer(200, &json!([]))).code, "not-found");
    let input = json!({"workflowUuid": UUID, "executionUuid": UUID});
    for body in [json!({"requestUuid": "r"}), json!([{"requestUuid": "r"}])] {
        let outcome = done("workflows.resume", &input, &json_answer(200, &body));
        assert_eq!(output(&outcome), json!({"requests": [{"requestUuid": "r"}]}), "{body}");
    }
}

#[test]
fn a_remote_action_is_sent_as_documented() {
    let input = json!({"remoteActionId": "Do_it", "devices": ["c1"], "params": {"a": "b"}, "expiresInMinutes": 60.0,
                       "triggerInfo": {"externalSource": "tests", "reason": "why"}});
    let pending = begun("remote-actions.execute", &input);
    assert_eq!(
        sent_body(&pending.request),
        json!({"remoteActionId": "#Do_it", "devices": ["c1"], "params": {"a": "b"}, "expiresInMinutes": 60,
               "triggerInfo": {"externalSource": "tests", "reason": "why"}})
    );
    let pending = begun("remote-actions.execute", &json!({"remoteActionId": "#a", "devices": ["c1"]}));
    assert_eq!(sent_body(&pending.request), json!({"remoteActionId": "#a", "devices": ["c1"], "params": {}}));
    let body = json!({"requestId": "r", "expiresInMinutes": 60, "new": 1});
    let outcome = done("remote-actions.execute", &input, &json_answer(200, &body));
    assert_eq!(output(&outcome), json!({"requestId": "r", "expiresInMinutes": 60}));
}

#[test]
fn the_schema_of_an_output_bounds_no_number_of_the_provider() {
    let id = "remote-actions.execute";
    let operation = CATALOGUE.into_iter().find(|operation| operation.id == id).unwrap();
    let schema = serde_json::from_str(&operation.output_schema()).unwrap();
    for minutes in [0, 10_081] {
        let answer = json_answer(200, &json!({"requestId": "r", "expiresInMinutes": minutes}));
        let output = output(&done(id, &json!({"remoteActionId": "#a", "devices": ["c1"]}), &answer));
        assert!(jsonschema::draft202012::is_valid(&schema, &output), "{output}");
    }
}

#[test]
fn users_and_devices_of_a_workflow_are_always_sent() {
    for id in ["workflows.execute", "workflows.execute-v1"] {
        let pending = begun(id, &json!({"workflowId": "a", "source": "some tests"}));
        assert_eq!(
            sent_body(&pending.request),
            json!({"workflowId": "#a", "devices": [], "users": [], "params": {}}),
            "{id}"
        );
        assert_eq!(sent_header(&pending.request, "source"), Some("some tests"));
        let body = json!({"requestUuid": "r", "executionsUuids": ["e"]});
        assert_eq!(output(&done(id, &json!({"workflowId": "a"}), &json_answer(200, &body))), body);
    }
    let devices = json!([{"name": "PC-1"}, {"uid": UUID, "collectorUid": UUID}]);
    let users = json!([{"upn": "a@b.example"}, {"sid": SID}]);
    let pending = begun("workflows.execute", &json!({"workflowId": "#a", "devices": devices, "users": users}));
    let body = sent_body(&pending.request);
    assert_eq!((&body["devices"], &body["users"]), (&devices, &users));
    let pending = begun("workflows.execute", &json!({"workflowId": "#a", "users": [{"sid": "0"}]}));
    assert_eq!(sent_body(&pending.request)["users"], json!([{"sid": "0"}]));
    let pending = begun("workflows.execute-v1", &json!({"workflowId": "#a", "users": ["0", SID]}));
    assert_eq!(sent_body(&pending.request)["users"], json!(["0", SID]));
}

#[test]
fn a_waiting_execution_is_woken_by_its_uuids() {
    let pending =
        begun("workflows.resume", &json!({"workflowUuid": UUID, "executionUuid": UUID, "parameters": {"a": "b"}}));
    let path = format!("/api/v1/workflows/workflows/{UUID}/execution/{UUID}/trigger");
    assert!(pending.request.url.ends_with(&path), "{}", pending.request.url);
    assert_eq!(sent_body(&pending.request), json!({"parameters": {"a": "b"}}));
}

#[test]
fn a_campaign_that_reaches_some_is_partial() {
    let input = json!({"campaignNqlId": "#c", "userSid": [SID, "S-1-5-7", "S-1-5-8", SID], "expiresInMinutes": 1440});
    let body = json!({"requests": [{"requestId": "r", "userSid": SID}, {"userSid": "S-1-5-7", "message": "Unknown."}]});
    let outcome = done("campaigns.trigger", &input, &json_answer(200, &body));
    assert!(outcome.partial);
    assert_eq!(outcome.warnings.len(), 3, "{:?}", outcome.warnings);
    assert_eq!(
        output(&outcome),
        json!({"sent": 1, "failed": 1, "requests": [{"userSid": SID, "requestId": "r"},
                                                    {"userSid": "S-1-5-7", "message": "Unknown."}]})
    );
    let whole = json!({"requests": [{"requestId": "r", "userSid": SID}]});
    let input = json!({"campaignNqlId": "#c", "userSid": [SID], "expiresInMinutes": 1});
    let outcome = done("campaigns.trigger", &input, &json_answer(200, &whole));
    assert!(!outcome.partial && outcome.warnings.is_empty());
    let refusal = json_answer(400, &json!({"code": "INVALID_CAMPAIGN_TRIGGER_TYPE", "message": "No."}));
    assert!(failed("campaigns.trigger", &input, &refusal).into_details().hint.unwrap().contains("General tab"));
}

#[test]
fn devices_that_are_not_scheduled_make_a_deletion_partial() {
    let input = json!({"devices": [{"uid": UUID, "name": "A"}, {"uid": UUID, "name": "B"}]});
    assert_eq!(sent_body(&begun("devices.delete", &input).request), input);
    let device = |status: &str| json!({"uid": UUID, "name": "A", "status": status});
    let body = json!({"scheduledCount": 1, "status": "ACCEPTED", "devices": [device("SCHEDULED"), device("INVALID")]});
    let mut response = json_answer(202, &body);
    response.headers.push(("x-request-id".to_owned(), "q".to_owned()));
    let outcome = done("devices.delete", &input, &response);
    assert!(outcome.partial && outcome.warnings[0].starts_with("1 of 2 "));
    assert_eq!(
        output(&outcome),
        json!({"scheduledCount": 1, "requestId": "q", "devices": [device("SCHEDULED"), device("INVALID")]})
    );
    let body = json!({"devices": [device("SCHEDULED"), device("QUEUED")]});
    let outcome = done("devices.delete", &input, &json_answer(202, &body));
    assert!(outcome.partial && outcome.warnings[0].contains("does not say plainly"), "{outcome:?}");
    let mut response = json_answer(500, &json!({"code": "INTERNAL_ERROR", "message": "Oops."}));
    response.headers.push(("x-request-id".to_owned(), "q\u{7}7".to_owned()));
    // The provider's text stays apart from the connector's own.
    let failure = failed("devices.delete", &input, &response).into_details();
    assert_eq!(failure.provider_message.as_deref(), Some("(request id q7) Oops."));
    assert!(!failure.message.contains("q7"), "{}", failure.message);
    let disabled = json_answer(403, &json!({"code": "FEATURE_NOT_ENABLED", "message": "Off."}));
    assert_eq!(failed("devices.delete", &input, &disabled).code, "feature-disabled");
}

#[test]
fn what_would_mean_something_else_in_parts_is_refused_when_too_long() {
    let many = |count: usize, item: Value| Value::Array(vec![item; count]);
    for (id, input, pointer) in [
        ("devices.delete", json!({"devices": many(101, json!({"uid": UUID, "name": "A"}))}), "/devices"),
        ("remote-actions.execute", json!({"remoteActionId": "#a", "devices": many(10_001, json!("c"))}), "/devices"),
        ("workflows.execute", json!({"workflowId": "#a", "devices": many(10_001, json!({"name": "A"}))}), "/devices"),
        ("workflows.execute-v1", json!({"workflowId": "#a", "users": many(10_001, json!("0"))}), "/users"),
        (
            "campaigns.trigger",
            json!({"campaignNqlId": "#c", "expiresInMinutes": 1, "userSid": many(10_001, json!(SID))}),
            "/userSid",
        ),
    ] {
        assert_eq!(refused(id, &input), [(pointer.to_owned(), "too-many")], "{id}");
    }
    let names = (0..31).map(|i| (format!("p{i}"), json!("v"))).collect::<serde_json::Map<_, _>>();
    let input = json!({"campaignNqlId": "#c", "expiresInMinutes": 1, "userSid": [SID], "parameters": names});
    assert_eq!(refused("campaigns.trigger", &input), [("/parameters".to_owned(), "too-many")]);
}

#[test]
fn what_is_null_is_not_sent() {
    for (id, input, sent) in [
        (
            "nql.execute",
            json!({"queryId": "#ab", "parameters": null, "format": null, "utc": null}),
            json!({"queryId": "#ab"}),
        ),
        ("nql.execute", json!({"queryId": "#ab", "parameters": {"a": null}}), json!({"queryId": "#ab"})),
        ("nql.export", json!({"queryId": "#ab", "compression": null, "waitMinutes": null}), json!({"queryId": "#ab"})),
        (
            "remote-actions.execute",
            json!({"remoteActionId": "#a", "devices": ["c"], "params": null, "expiresInMinutes": null,
                   "triggerInfo": {"reason": "why", "externalSource": null}}),
            json!({"remoteActionId": "#a", "devices": ["c"], "params": {}, "triggerInfo": {"reason": "why"}}),
        ),
        (
            "workflows.execute",
            json!({"workflowId": "#a", "devices": [{"name": "A", "uid": null}], "users": null, "source": null}),
            json!({"workflowId": "#a", "devices": [{"name": "A"}], "users": [], "params": {}}),
        ),
        (
            "devices.delete",
            json!({"devices": [{"uid": UUID, "name": "A"}], "requestId": null}),
            json!({"devices": [{"uid": UUID, "name": "A"}]}),
        ),
    ] {
        assert_eq!(sent_body(&begun(id, &input).request), sent, "{id}");
    }
}

#[test]
fn what_only_the_connector_would_limit_goes_through() {
    let long = "x".repeat(10_000);
    let many: serde_json::Map<_, _> = (0..500).map(|number| (format!("Größe: {number}/a b"), json!(long))).collect();
    let input = json!({"remoteActionId": "#größe 1", "devices": [long], "params": many,
                       "triggerInfo": {"externalReference": long}});
    assert_eq!(sent_body(&begun("remote-actions.execute", &input).request), input);
    let input = json!({"remoteActionId": "#größe 1"});
    let url = begun("remote-actions.details", &input).request.url;
    assert!(url.ends_with("?nql-id=%23gr%C3%B6%C3%9Fe%201"), "{url}");
    let sids = json!(["S-1", "nobody", "0"]);
    let input = json!({"campaignNqlId": "#a", "userSid": sids, "expiresInMinutes": 1});
    assert_eq!(sent_body(&begun("campaigns.trigger", &input).request)["userSid"], sids);
}

#[test]
fn a_list_may_be_as_long_as_16_mib() {
    for id in ["remote-actions.list", "workflows.list", "workflows.details"] {
        let operation = CATALOGUE.into_iter().find(|operation| operation.id == id).unwrap();
        let input = serde_json::from_str(operation.example).unwrap();
        assert_eq!(begun(id, &input).request.response_limit, 16 << 20, "{id}");
    }
}

#[test]
fn a_deletion_carries_the_request_id_of_the_caller() {
    let input = json!({"devices": [{"uid": UUID, "name": "A"}], "requestId": UUID});
    assert_eq!(sent_header(&begun("devices.delete", &input).request, "x-request-id"), Some(UUID));
    let without = json!({"devices": [{"uid": UUID, "name": "A"}]});
    assert_eq!(sent_header(&begun("devices.delete", &without).request, "x-request-id"), None);
}

#[test]
fn identifiers_and_ranges_are_checked_before_anything_is_sent() {
    for (id, input, pointer, code) in [
        ("workflows.execute-v1", json!({"workflowId": "#a", "devices": ["PC-1"]}), "/devices/0", "bad-format"),
        ("workflows.execute-v1", json!({"workflowId": "#a", "users": ["S-1"]}), "/users/0", "bad-format"),
        ("workflows.execute", json!({"workflowId": "#a", "users": [{"upn": "ada"}]}), "/users/0/upn", "bad-format"),
        (
            "workflows.execute",
            json!({"workflowId": "#a", "users": [{"upn": "o'brien@example.com"}]}),
            "/users/0/upn",
            "bad-format",
        ),
        ("workflows.execute", json!({"workflowId": "#a", "users": [{"upn": null}]}), "/users/0", "too-few"),
        ("workflows.details", json!({"workflowId": UUID}), "/workflowId", "bad-format"),
        ("workflows.execute-v1", json!({"workflowId": UUID}), "/workflowId", "bad-format"),
        ("remote-actions.details", json!({"remoteActionId": format!("#{UUID}")}), "/remoteActionId", "bad-format"),
        ("workflows.execute", json!({"workflowId": "#a", "users": [{}]}), "/users/0", "too-few"),
        ("workflows.resume", json!({"workflowUuid": "x", "executionUuid": UUID}), "/workflowUuid", "bad-format"),
        (
            "workflows.resume",
            json!({"workflowUuid": UUID, "executionUuid": UUID, "parameters": {"a": ""}}),
            "/parameters/a",
            "required",
        ),
        (
            "remote-actions.execute",
            json!({"remoteActionId": "#a", "devices": ["c"], "expiresInMinutes": 59}),
            "/expiresInMinutes",
            "out-of-range",
        ),
        (
            "campaigns.trigger",
            json!({"campaignNqlId": "#a", "userSid": [""], "expiresInMinutes": 1}),
            "/userSid/0",
            "required",
        ),
        ("devices.delete", json!({"devices": [{"uid": UUID, "name": ""}]}), "/devices/0/name", "required"),
        ("devices.delete", json!({"devices": [{"uid": UUID, "name": " "}]}), "/devices/0/name", "bad-format"),
        ("devices.delete", json!({"devices": null}), "/devices", "required"),
        (
            "spark.handoff",
            json!({"userPrincipalName": "ada@exämple.com", "message": "x"}),
            "/userPrincipalName",
            "bad-format",
        ),
        (
            "spark.handoff",
            json!({"userPrincipalName": "a@b", "message": "x", "timezone": "a\r\nb"}),
            "/timezone",
            "bad-format",
        ),
        (
            "spark.handoff",
            json!({"userPrincipalName": "a@b", "message": {"parts": [{"type": "TEXT", "text": ""}]}}),
            "/message/parts/0/text",
            "required",
        ),
        (
            "spark.handoff",
            json!({"userPrincipalName": "a@b", "message": {"parts": [{"type": "FILE", "mimeType": "a/b"}]}}),
            "/message/parts/0/fileContent",
            "required",
        ),
        ("spark.handoff", json!({"userPrincipalName": "a@b", "message": {"parts": []}}), "/message/parts", "too-few"),
        ("spark.handoff", json!({"userPrincipalName": "a@b", "message": 7}), "/message", "wrong-type"),
    ] {
        assert_eq!(refused(id, &input), [(pointer.to_owned(), code)], "{id} {input}");
    }
}

#[test]
fn a_conversation_is_handed_over_in_parts() {
    let file = json!({"type": "FILE", "mimeType": "text/plain", "fileContent": "any \u{1} text"});
    let text = |text: &str| json!({"type": "TEXT", "text": text});
    for parts in [vec![file.clone()], vec![text("Slow."), text("Very.")], vec![file.clone(), text("Slow.")]] {
        let message = json!({ "parts": parts });
        let pending = begun("spark.handoff", &json!({"userPrincipalName": "a@b", "message": message}));
        assert_eq!(sent_body(&pending.request), json!({ "message": message }));
    }
    let input = json!({"userPrincipalName": "ada@example.com", "message": "Slow.", "timezone": "Europe/Zurich",
                       "metadata": {"k": "v", "unset": null}});
    let pending = begun("spark.handoff", &input);
    assert_eq!(sent_header(&pending.request, "user-principal-name"), Some("ada@example.com"));
    assert_eq!(sent_header(&pending.request, "timezone"), Some("Europe/Zurich"));
    assert_eq!(sent_body(&pending.request), json!({"message": {"parts": [text("Slow.")]}, "metadata": {"k": "v"}}));
    assert_eq!(output(&done("spark.handoff", &input, &answer(204, "", ""))), json!({"accepted": true}));
    let unknown = json_answer(404, &json!({"message": "Unknown."}));
    assert!(failed("spark.handoff", &input, &unknown).into_details().hint.unwrap().contains("user principal name"));
}

#[test]
fn nobody_is_told_to_repeat_what_may_have_taken_effect() {
    for operation in crate::operations::CATALOGUE {
        let input: Value = serde_json::from_str(operation.example).unwrap();
        let hint = failed(operation.id, &input, &json_answer(503, &json!({}))).into_details().hint.unwrap();
        let writes = operation.effect != crate::operations::Effect::Read && operation.id != "enrichment.write";
        assert_eq!(hint.contains("may have taken effect"), writes, "{}: {hint}", operation.id);
    }
}
