//! A component that writes HTML and script into every text it returns.

use serde_json::{Value, json};

use super::component::{Memory, Module};

/// What it writes wherever one line of text fits. If it ran, `window.ran` would be set.
pub const HOSTILE: &str =
    r#"</script><script>window.ran=1</script><img src=x onerror="window.ran=1">'"><svg/onload=window.ran=1>&lt;b&gt;"#;

/// The same for a step of the guide, which is `CommonMark`.
pub const GUIDE: &str = "<script>window.ran=1</script>\n\n<img src=x onerror=window.ran=1>\n\n\
    [click](javascript:window.ran=1) ![x](https://made.example/x.png\" onerror=\"window.ran=1) \
    [good](https://made.example/\"onclick=\"window.ran=1)\n\n<div onclick='window.ran=1'>\n\n**bold**\n\n</div>\n\n\
    ```\"><script>window.ran=1</script>\ncode\n```\n\n<javascript:window.ran=1>";

/// A body of a function that does not end.
pub const ENDLESS: &str = "(loop $again (br $again)) (unreachable)";

/// A body of a function that traps.
pub const TRAPPING: &str = "(unreachable)";

/// Makes the component. Its `token-response` takes the status 200 for a success.
pub fn component() -> Vec<u8> {
    made(None)
}

/// Makes the component with another body of one function, in WebAssembly text.
pub fn component_with(function: &'static str, body: &str) -> Vec<u8> {
    made(Some((function, body.to_owned())))
}

fn made(other: Option<(&'static str, String)>) -> Vec<u8> {
    let mut memory = Memory::default();
    let at = lay_out(&mut memory);
    let read = format!(
        "(if (result i32) (i32.eq (local.get $status) (i32.const 200)) (then (i32.const {})) (else (i32.const {})))",
        at.token, at.failure
    );
    let constant = |address: u32| format!("(i32.const {address})");
    let mut bodies = Vec::from_iter(other);
    bodies.extend([
        ("describe", constant(at.definition)),
        ("resolve", constant(at.connection)),
        ("token-request", constant(at.exchange)),
        ("token-response", read),
        ("probes", constant(at.probes)),
        ("catalogue", constant(at.catalogue)),
        ("start", constant(at.started)),
    ]);
    Module { pages: 8, arguments: 131_072, bodies }.component(&memory)
}

/// Makes a recording that answers its token request with a status.
pub fn recording(name: &str, status: u16) -> Value {
    let expect = if status == 200 { json!({ "token": {} }) } else { json!({ "failure": {} }) };
    json!({ "log": {
        "version": "1.2", "creator": { "name": "made", "version": "1" },
        "_name": name, "_origin": "synthetic", "_source": HOSTILE, "_clock": "2026-01-15T09:30:00Z",
        "_entries": [], "_expect": expect,
        "entries": [{
            "startedDateTime": "2026-01-15T09:30:00Z", "time": 1,
            "request": {
                "method": "POST", "url": "https://made.example/token", "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": [], "queryString": [], "headersSize": -1, "bodySize": 0,
            },
            "response": {
                "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
                "content": { "size": 2, "mimeType": "text/plain", "text": "no" },
                "redirectURL": "", "headersSize": -1, "bodySize": -1,
            },
            "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
        }],
    } })
}

const NONE: [u32; 3] = [0; 3];

fn some([address, length]: [u32; 2]) -> [u32; 3] {
    [1, address, length]
}

struct Addresses {
    definition: u32,
    connection: u32,
    exchange: u32,
    token: u32,
    failure: u32,
    catalogue: u32,
    started: u32,
    probes: u32,
}

fn lay_out(memory: &mut Memory) -> Addresses {
    let hostile = memory.text(HOSTILE);
    let [id, version, auth, icon] = ["made", "1.0.0", "none", "<svg/>"].map(|text| memory.text(text));
    let [text, secret, choice, key] = ["text", "secret", "choice", "key"].map(|text| memory.text(text));
    let [password, pick] = ["password", "pick"].map(|text| memory.text(text));
    let (domain, url) = (memory.text("made.example"), memory.text("https://made.example/\"onclick=\"window.ran=1"));
    let guide_text = memory.text(GUIDE);
    let pair = memory.words(&[hostile, hostile].concat());
    let choices = [memory.words(&[hostile, hostile].concat()), 1];
    let link = memory.words(&[id, url].concat());
    let field = |key: [u32; 2], kind: [u32; 2], choices: [u32; 2], preset: [u32; 3]| -> Vec<u32> {
        let head = [key, hostile, hostile, kind].concat();
        [&head[..], &[0], &some(hostile), &preset, &some(hostile), &[0, 0], &choices, &some(hostile)].concat()
    };
    let fields = [
        field(key, text, [0, 0], some(hostile)),
        field(pick, choice, choices, NONE),
        field(password, secret, [0, 0], NONE),
    ];
    let fields = [memory.words(&fields.concat()), 3];
    let lines = [memory.words(&hostile), 1];
    let triple = memory.words(&[hostile, hostile, hostile].concat());
    let step = memory.words(&[hostile, hostile, guide_text].concat());
    let domains = [memory.words(&domain), 1];
    let definition = [
        id,
        hostile,
        hostile,
        version,
        lines,
        icon,
        [link, 1],
        domains,
        auth,
        fields,
        [triple, 1],
        lines,
        [step, 1],
        [pair, 1],
    ];
    let definition = memory.words(definition.as_flattened());

    let base = memory.text("https://made.example");
    let settings = [memory.words(&[key, hostile].concat()), 1];
    let connection = memory.words(&[&[0][..], &hostile, &hostile, &settings, &domains, &base, &lines].concat());

    let (method, address) = (memory.text("POST"), memory.text("https://made.example/token"));
    let exchange = memory.words(&[&[0][..], &method, &address, &[0, 0], &[0, 0], &[1 << 8, 10, 1000], &lines].concat());

    let value = memory.text("a-token-of-a-hostile-component");
    let token = memory.words(&[&[0][..], &value, &hostile, &[900, 840, 1], &lines, &lines].concat());
    let [code, class] = ["rate-limited", "transient"].map(|text| memory.text(text));
    let mut failure = [&[1][..], &code, &class, &hostile, &some(hostile), &NONE].concat();
    failure.extend([&some(hostile)[..], &some(hostile), &[1, 5]].concat());
    let failure = memory.words(&failure);

    let schema = json!({
        "type": "object", "description": HOSTILE,
        "properties": { HOSTILE: { "type": "string", "description": HOSTILE, "examples": [HOSTILE] } },
        "examples": [{ HOSTILE: HOSTILE }],
    });
    let schema = memory.text(schema.to_string());
    let [operation_id, effect] = ["made.run", "destroy-all"].map(|text| memory.text(text));
    let operation = [operation_id, hostile, hostile, hostile, effect, schema, schema, url, [0, 0]];
    let operation = memory.words(operation.as_flattened());
    let catalogue = memory.words(&[operation, 1]);
    let output = memory.text(json!({ HOSTILE: HOSTILE }).to_string());
    let started = memory.words(&[&[0, 2][..], &output, &[0], &lines].concat());

    // One without a request.
    let probe = memory.words(&[&hostile[..], &[0; 12]].concat());
    let probes = memory.words(&[probe, 1]);
    // What is read as the longest case of a variant lies within memory.
    memory.words(&[0; 32]);
    Addresses { definition, connection, exchange, token, failure, catalogue, started, probes }
}
