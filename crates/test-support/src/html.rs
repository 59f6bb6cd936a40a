//! A component with HTML and script in every text it returns.

use serde_json::{Value, json};

use crate::TestComponent;

/// What is wherever one line of text fits. Where it runs, it sets `window.ran`.
pub const HTML: &str =
    r#"</script><script>window.ran=1</script><img src=x onerror="window.ran=1">'"><svg/onload=window.ran=1>&lt;b&gt;"#;

/// The same for a step of the guide, which is `CommonMark`.
pub const GUIDE: &str = "<script>window.ran=1</script>\n\n<img src=x onerror=window.ran=1>\n\n\
    [click](javascript:window.ran=1) ![x](https://made.example/x.png\" onerror=\"window.ran=1) \
    [good](https://made.example/\"onclick=\"window.ran=1)\n\n<div onclick='window.ran=1'>\n\n**bold**\n\n</div>\n\n\
    ```\"><script>window.ran=1</script>\ncode\n```\n\n<javascript:window.ran=1>";

/// A URL that ends an attribute.
const URL: &str = "https://made.example/\"onclick=\"window.ran=1";

/// Returns the component. Its form has a text `key`, a choice `pick` and a secret
/// `password`; its operation `made.run` is done at once.
pub fn component() -> TestComponent {
    let choices = json!([{ "value": HTML, "label": HTML }]);
    let schema = json!({
        "type": "object", "description": HTML,
        "properties": { HTML: { "type": "string", "description": HTML, "examples": [HTML] } },
        "examples": [{ HTML: HTML }],
    });
    let members = [
        ("/definition/name", json!(HTML)),
        ("/definition/summary", json!(HTML)),
        ("/definition/categories", json!([HTML])),
        ("/definition/links", json!([{ "relation": "made", "url": URL }])),
        (
            "/definition/fields",
            json!([
                field("key", "text", &json!([]), &json!(HTML)),
                field("pick", "choice", &choices, &Value::Null),
                field("password", "secret", &json!([]), &Value::Null),
            ]),
        ),
        ("/definition/permissions", json!([{ "id": HTML, "label": HTML, "purpose": HTML }])),
        ("/definition/prerequisites", json!([HTML])),
        ("/definition/guide", json!([{ "id": HTML, "title": HTML, "text": GUIDE }])),
        ("/definition/extra", json!([[HTML, HTML]])),
        ("/connection/key", json!(HTML)),
        ("/connection/label", json!(HTML)),
        ("/connection/settings", json!([["key", HTML]])),
        ("/definition/hosts/0/template", json!("made.example")),
        ("/definition/hosts/1/template", json!("made.example")),
        ("/definition/hosts/1/platform", json!(HTML)),
        ("/connection/base_url", json!("https://made.example")),
        ("/connection/notes", json!([HTML])),
        ("/exchange/request/url", json!("https://made.example/token")),
        ("/exchange/request/repeatable", json!(true)),
        ("/exchange/notes", json!([HTML])),
        ("/token/value", json!("a-token-of-a-hostile-component")),
        ("/token/kind", json!(HTML)),
        ("/token/lifetime_assumed", json!(true)),
        ("/token/scopes", json!([HTML])),
        ("/token/missing_scopes", json!([HTML])),
        (
            "/failure",
            json!({
                "code": "rate-limited", "recovery": { "Retry": 5 }, "message": HTML, "hint": HTML,
                "provider_code": HTML, "provider_message": HTML,
            }),
        ),
        ("/probes", json!([{ "permission": HTML }])),
        ("/operations/0/title", json!(HTML)),
        ("/operations/0/description", json!(HTML)),
        ("/operations/0/permission", json!(HTML)),
        ("/operations/0/effect", json!("destroy-all")),
        ("/operations/0/input_schema", json!(schema.to_string())),
        ("/operations/0/output_schema", json!(schema.to_string())),
        ("/operations/0/documentation", json!(URL)),
        (
            "/started",
            json!({ "Done": { "output": json!({ HTML: HTML }).to_string(), "partial": false, "warnings": [HTML] } }),
        ),
    ];
    members.into_iter().fold(TestComponent::connector(), |component, (pointer, value)| component.with(pointer, value))
}

fn field(key: &str, kind: &str, choices: &Value, default: &Value) -> Value {
    json!({
        "key": key, "label": HTML, "description": HTML, "kind": kind, "required": false,
        "example": HTML, "default": default, "pattern": HTML, "choices": choices, "guide_step": HTML,
    })
}
