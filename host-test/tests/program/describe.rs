//! `describe` and `resolve`.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::host_test;

fn definition() -> Value {
    host_test(&["describe", "--format", "json"]).succeeded().json()
}

#[test]
fn the_definition_comes_whole_as_json() {
    let definition = definition();
    assert_eq!(definition["id"], "nexthink");
    assert_eq!(definition["auth"], "oauth2-client-credentials");
    assert_eq!(definition["domains"], json!(["nexthink.cloud"]));
    let keys: Vec<_> = definition["fields"].as_array().unwrap().iter().map(|field| &field["key"]).collect();
    assert_eq!(keys, ["instance", "region", "client_id", "client_secret"]);
    assert_eq!(definition["permissions"].as_array().unwrap().len(), 7);
    assert!(definition["icon"].as_str().unwrap().starts_with("<svg"));
    assert_eq!(host_test(&["describe", "--json"]).succeeded().json(), definition);
}

#[test]
fn the_text_shows_prerequisites_guide_form_and_permissions() {
    let definition = definition();
    let text = host_test(&["describe"]).succeeded().out;
    assert_eq!(host_test(&["describe", "--format", "text"]).succeeded().out, text);
    let shown = |value: &Value| assert!(text.contains(value.as_str().unwrap().trim_end()), "{value}: {text}");
    let each = |list: &Value, members: &[&str]| {
        let list = list.as_array().unwrap();
        assert!(!list.is_empty());
        for (item, member) in list.iter().flat_map(|item| members.iter().map(move |member| (item, member))) {
            shown(&item[*member]);
        }
    };
    shown(&definition["name"]);
    shown(&definition["summary"]);
    definition["prerequisites"].as_array().unwrap().iter().for_each(shown);
    each(&definition["guide"], &["title", "text"]);
    each(&definition["fields"], &["key", "label", "description", "kind"]);
    each(&definition["permissions"], &["label", "purpose"]);
    each(&definition["links"], &["url"]);
    assert!(text.contains("  meta  Middle East, Turkey and Africa\n"), "{text}");
}

fn schema() -> Value {
    host_test(&["describe", "--format", "json-schema"]).succeeded().json()
}

fn validator() -> Validator {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::draft202012::meta::validate(&schema).expect("this is a JSON Schema");
    jsonschema::validator_for(&schema).unwrap()
}

fn form(changes: &Value) -> Value {
    let mut form =
        json!({ "instance": "nxdocs", "region": "eu", "client_id": "someone", "client_secret": "something" });
    for (key, value) in changes.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}

#[test]
fn the_json_schema_accepts_a_form_that_is_filled_in_well() {
    let validator = validator();
    for good in [
        json!({}),
        json!({ "region": "meta" }),
        json!({ "instance": "https://nxdocs.data.eu.nexthink.cloud/dashboards?a=b#c" }),
        json!({ "instance": " NxDocs\n", "client_id": " someone ", "client_secret": "a b:c%ü\n" }),
        json!({ "client_secret": "x".repeat(512) }),
    ] {
        let form = form(&good);
        let errors: Vec<_> = validator.iter_errors(&form).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{form}: {errors:?}");
    }
    let address = json!({ "instance": "nxdocs.eu.nexthink.cloud", "client_id": "a", "client_secret": "b" });
    assert!(validator.is_valid(&address), "an address stands in for the region");
}

#[test]
fn the_json_schema_refuses_a_form_with_a_mistake() {
    let validator = validator();
    for bad in [
        json!({ "instance": "" }),
        json!({ "instance": "-nxdocs" }),
        json!({ "instance": "nxdocs.eu.nexthink.cloud.evil.example" }),
        json!({ "instance": "nxdocs or not" }),
        json!({ "instance": "x".repeat(2049) }),
        json!({ "instance": 1 }),
        json!({ "region": "moon" }),
        json!({ "region": null }),
        json!({ "client_id": "a:b" }),
        json!({ "client_id": "a\u{7}b" }),
        json!({ "client_id": "x".repeat(513) }),
        json!({ "client_secret": " " }),
        json!({ "client_secret": "x".repeat(513) }),
        json!({ "colour": "red" }),
    ] {
        let form = form(&bad);
        assert!(!validator.is_valid(&form), "{form}");
    }
    for key in ["instance", "client_id", "client_secret"] {
        let mut form = form(&json!({}));
        form.as_object_mut().unwrap().shift_remove(key);
        assert!(!validator.is_valid(&form), "without {key}");
    }
}

#[test]
fn the_json_schema_marks_the_secret() {
    let properties = &schema()["properties"];
    assert_eq!(properties["client_secret"]["writeOnly"], true);
    assert_eq!(properties["client_secret"]["format"], "password");
    assert_eq!(properties["client_id"].get("writeOnly"), None);
}

#[test]
fn resolve_shows_the_hosts_of_the_entries() {
    let entries = ["resolve", "--set", "instance=NXDOCS", "--set", "region=eu"];
    assert_eq!(
        host_test(&entries).succeeded().out,
        "  resolved    nxdocs (European Union)
              nxdocs-login.eu.nexthink.cloud
              nxdocs.api.eu.nexthink.cloud
  API         https://nxdocs.api.eu.nexthink.cloud
"
    );
    let connection = host_test(&[&entries[..], &["--json"]].concat()).succeeded().json();
    assert_eq!(
        connection,
        json!({
            "connection": {
                "key": "",
                "label": "nxdocs (European Union)",
                "settings": { "instance": "nxdocs", "region": "eu" },
                "hosts": [
                    { "role": "token", "name": "nxdocs-login.eu.nexthink.cloud" },
                    { "role": "api", "name": "nxdocs.api.eu.nexthink.cloud" },
                    { "role": "web", "platform": "Cloud-native", "name": "nxdocs.data.eu.nexthink.cloud" },
                    { "role": "web", "platform": "Classic", "name": "nxdocs.eu.nexthink.cloud" },
                ],
                "base-url": "https://nxdocs.api.eu.nexthink.cloud",
            }
        })
    );
}

#[test]
fn resolve_shows_every_problem_and_fails() {
    let entries = ["resolve", "--set", "region=moon", "--set", "client_id=a:b"];
    let ran = host_test(&entries).ended_with(1);
    assert_eq!(ran.err, "");
    let problems = host_test(&[&entries[..], &["--json"]].concat()).ended_with(1).json();
    let problems = problems["problems"].as_array().unwrap();
    let codes: Vec<_> = problems.iter().map(|problem| json!([problem["field"], problem["code"]])).collect();
    assert_eq!(
        json!(codes),
        json!([["instance", "required"], ["region", "not-an-option"], ["client_id", "bad-format"]])
    );
    for problem in problems {
        for member in ["field", "code", "message"] {
            let text = problem[member].as_str().unwrap();
            assert!(ran.out.contains(text), "{text}: {}", ran.out);
        }
    }
}
