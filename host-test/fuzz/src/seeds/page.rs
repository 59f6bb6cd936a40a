//! Requests as the page sends them, and as others would.

use connector_recordings::Recording;
use serde_json::{Value, json};

use super::Seeds;
use crate::format::Writer;
use crate::page::{CONNECTION, RECORDED, SECRET};

/// The headers of a request that the page itself sends.
const OWN: [(&str, &str); 4] = [
    ("host", "127.0.0.1:8080"),
    ("origin", "http://127.0.0.1:8080"),
    ("sec-fetch-site", "same-origin"),
    ("content-type", "application/json"),
];

impl Seeds {
    /// Adds requests of the page, and requests from elsewhere.
    pub(super) fn add_requests(&mut self, recordings: &[Recording]) {
        let connect = |recording: usize| post("/api/connect", &json!({ "entries": entries(), "recording": recording }));
        let ends = ["permissions", "disconnect"].map(|action| {
            let path = format!("/api/{action}");
            (action, post(&path, &json!({ "connection": CONNECTION })))
        });
        for (at, file) in RECORDED.iter().enumerate() {
            let Some(recording) = recordings.iter().find(|recording| recording.path.ends_with(file)) else { continue };
            let mut asked = vec![connect(at)];
            if let Some(scenario) = &recording.scenario {
                let input = match &scenario.input {
                    Value::String(text) => text.clone(),
                    value => value.to_string(),
                };
                asked.push(call(&scenario.operation, &input, Some(at)));
            }
            asked.extend(ends.iter().map(|(_, request)| request.clone()));
            self.page(&format!("recorded-{}", file.replace('/', "-")), "recorded", &asked);
        }
        self.page("live", "live", &[connect(0), ends[0].1.clone(), call("nql.execute", r##"{"queryId":"#a"}"##, None)]);
        let resolve = json!({ "entries": [["instance", "acme"], ["region", "eu"]] });
        self.page("resolve", "live", &[post("/api/resolve", &resolve)]);
        self.page("unreadable", "live", &[request("POST", "/api/connect", &OWN, &format!("{{\"entries\":{SECRET}"))]);
        for path in
            ["/", "/page.js", "/icon.svg", "/api/facts", "/api/operations", "/nothing", "http://localhost:8080/"]
        {
            self.page(&format!("get{}", path.replace('/', "-")), "live", &[request("GET", path, &OWN[..1], "")]);
        }
        let body = json!({ "entries": entries() }).to_string();
        for (name, at, value) in [
            ("host", 0, "evil.example:8080"),
            ("origin", 1, "http://evil.example"),
            ("null", 1, "null"),
            ("site", 2, "cross-site"),
            ("form", 3, "text/plain"),
        ] {
            let mut headers = OWN;
            headers[at].1 = value;
            self.page(&format!("foreign-{name}"), "live", &[request("POST", "/api/connect", &headers, &body)]);
        }
        self.page("foreign-no-origin", "live", &[request("POST", "/api/connect", &[OWN[0], OWN[3]], &body)]);
        self.page("foreign-method", "live", &[request("OPTIONS", "/api/connect", &OWN, "")]);
        let absolute = request("POST", "http://evil.example/api/connect", &OWN, &body);
        self.page("foreign-absolute", "live", &[absolute]);
    }

    fn page(&mut self, name: &str, side: &str, requests: &[Vec<u8>]) {
        let seed = requests.iter().fold(Writer::default().part(side), Writer::part);
        self.insert("page", name, seed.done());
    }
}

fn entries() -> Value {
    json!([["instance", "acme"], ["region", "eu"], ["client_id", "demo"], ["client_secret", SECRET]])
}

fn post(path: &str, body: &Value) -> Vec<u8> {
    request("POST", path, &OWN, &body.to_string())
}

fn call(operation: &str, input: &str, recording: Option<usize>) -> Vec<u8> {
    let asked = json!({
        "connection": CONNECTION, "operation": operation, "input": input, "recording": recording, "confirmed": true,
    });
    post("/api/call", &asked)
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Writer::default().part(method).part(path).pairs(&headers).part(body).done()
}
