//! A component that answers with fixed values: sound as it stands, and whatever a test
//! makes of it.

use wit_component::StringEncoding;

use super::plugins::{Memory, Module};

/// Never ends.
pub const ENDLESS: &str = "(loop $again (br $again)) (unreachable)";

/// Takes memory as long as there is any.
pub const GREEDY: &str = "(loop $again (drop (memory.grow (i32.const 16))) (br $again)) (unreachable)";

/// Holds what it answers. Texts are bytes, for not all that is hostile is a text.
pub struct Made {
    /// Whether it exports `operations` and the rest, too.
    pub whole: bool,
    /// How it writes texts. In UTF-16 only [`Made::label`] makes sense.
    pub texts: StringEncoding,
    pub version: &'static str,
    pub pattern: Option<&'static str>,
    pub example: &'static str,
    /// What the connection is called.
    pub label: Vec<u8>,
    pub hosts: Vec<&'static str>,
    pub base_url: &'static str,
    /// URL and one header of the token request.
    pub url: &'static str,
    pub header: (&'static str, &'static str),
    pub expires_in: u32,
    pub refresh_after: u32,
    /// What `token-response` says of any status but 200.
    pub failure: &'static str,
    /// Length of the state with which its only operation begins; none: `start` refuses.
    pub state: Option<u32>,
    pub schema: &'static str,
    pub permission: &'static str,
    pub pages: u32,
    /// Functions with other bodies. They may use `$definition`, `$connection`,
    /// `$exchange`, `$token`, `$failure`, `$refusal` and `$free`, where memory ends.
    pub bodies: Vec<(&'static str, String)>,
    /// More of the module, such as a start function.
    pub more: &'static str,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            whole: false,
            texts: StringEncoding::UTF8,
            version: "1.0.0",
            pattern: None,
            example: "acme",
            label: b"Made".into(),
            hosts: vec!["api.made.example"],
            base_url: "https://api.made.example",
            url: "https://api.made.example/token",
            header: ("accept", "application/json"),
            expires_in: 900,
            refresh_after: 840,
            failure: "The provider refuses.",
            state: None,
            schema: r#"{"type":"object"}"#,
            permission: "read",
            pages: 16,
            bodies: Vec::new(),
            more: "",
        }
    }
}

const NONE: [u32; 3] = [0; 3];

fn some([address, length]: [u32; 2]) -> [u32; 3] {
    [1, address, length]
}

impl Made {
    /// Returns it with another body of a function.
    pub fn body(name: &'static str, body: &str) -> Self {
        Self { bodies: vec![(name, body.to_owned())], ..Self::default() }
    }

    /// Makes the component.
    pub fn component(&self) -> Vec<u8> {
        let mut memory = Memory(vec![0; 16]);
        let definition = self.definition(&mut memory);
        let connection = self.connection(&mut memory);
        let exchange = self.exchange(&mut memory);
        let token = self.token(&mut memory);
        let failure = self.failure(&mut memory);
        let refusal = memory.refusal();
        let catalogue = self.catalogue(&mut memory);
        let started = self.state.map_or(refusal, |length| self.pending(&mut memory, length));
        // What is read as the longest case of a variant lies within memory.
        let free = memory.words(&[0; 32]) + 128;
        let get = |name: &str| format!("(global.get ${name})");
        let read = "(if (result i32) (i32.eq (local.get $status) (i32.const 200))
            (then (global.get $token)) (else (global.get $failure)))";
        let globals = [
            ("definition", definition),
            ("connection", connection),
            ("exchange", exchange),
            ("token", token),
            ("failure", failure),
            ("refusal", refusal),
            ("catalogue", catalogue),
            ("started", started),
            ("free", free.next_multiple_of(8)),
        ];
        let globals = globals.map(|(name, address)| format!("(global ${name} i32 (i32.const {address}))"));
        let mut bodies = self.bodies.clone();
        bodies.extend([
            ("describe", get("definition")),
            ("resolve", get("connection")),
            ("token-request", get("exchange")),
            ("token-response", read.to_owned()),
            ("catalogue", get("catalogue")),
            ("start", get("started")),
        ]);
        let module = Module {
            world: if self.whole { "connector" } else { "provider-plugin" },
            texts: self.texts,
            pages: self.pages,
            arguments: 131_072,
            more: format!("{} {}", globals.concat(), self.more),
            bodies,
        };
        module.component(&memory)
    }

    fn definition(&self, memory: &mut Memory) -> u32 {
        let [id, name, version, icon, auth] =
            ["made", "Made", self.version, "<svg/>", "none"].map(|text| memory.text(text));
        let [account, password, text, secret] = ["account", "password", "text", "secret"].map(|text| memory.text(text));
        let [example, read] = [self.example, "read"].map(|text| memory.text(text));
        let pattern = self.pattern.map_or(NONE, |pattern| some(memory.text(pattern)));
        let field = |key: [u32; 2], kind: [u32; 2], example: [u32; 3], pattern: [u32; 3]| -> Vec<u32> {
            let head = [key, name, name, kind].concat();
            [&head[..], &[0], &example, &NONE, &pattern, &[0, 0], &[0, 0], &NONE].concat()
        };
        let fields = [field(account, text, some(example), pattern), field(password, secret, NONE, NONE)];
        let fields = [memory.words(&fields.concat()), 2];
        let domain = memory.text("made.example");
        let domains = [memory.words(&domain), 1];
        let permissions = [memory.words(&[read, name, name].concat()), 1];
        let none = [0, 0];
        // In the order of the contract.
        let members = [id, name, name, version, none, icon, none, domains, auth, fields, permissions, none, none, none];
        memory.words(members.as_flattened())
    }

    fn connection(&self, memory: &mut Memory) -> u32 {
        let (key, label, base_url) = (memory.text("made"), memory.text(&self.label), memory.text(self.base_url));
        // In UTF-16 lengths are in code units.
        let label = if matches!(self.texts, StringEncoding::UTF16) { [label[0], label[1] / 2] } else { label };
        let hosts: Vec<_> = self.hosts.iter().flat_map(|host| memory.text(host)).collect();
        let hosts = [memory.words(&hosts), u32::try_from(self.hosts.len()).unwrap()];
        memory.words(&[&[0][..], &key, &label, &[0, 0], &hosts, &base_url, &[0, 0]].concat())
    }

    fn request(&self, memory: &mut Memory, url: &str, authorized: u32) -> Vec<u32> {
        let (method, url) = (memory.text("POST"), memory.text(url));
        let header = [memory.text(self.header.0), memory.text(self.header.1)].concat();
        let headers = [memory.words(&header), 1];
        // Whether it is authorized, and in the next byte whether it is repeatable.
        [&method[..], &url, &headers, &[0, 0], &[authorized, 10, 1000]].concat()
    }

    fn exchange(&self, memory: &mut Memory) -> u32 {
        let request = self.request(memory, self.url, 0);
        memory.words(&[&[0][..], &request, &[0, 0]].concat())
    }

    fn token(&self, memory: &mut Memory) -> u32 {
        let (value, kind) = (memory.text("a-token"), memory.text("Bearer"));
        let numbers = [self.expires_in, self.refresh_after, 0];
        memory.words(&[&[0][..], &value, &kind, &numbers, &[0, 0], &[0, 0]].concat())
    }

    fn failure(&self, memory: &mut Memory) -> u32 {
        let [code, class, message] = ["rejected", "config", self.failure].map(|text| memory.text(text));
        memory.words(&[&[1][..], &code, &class, &message, &NONE, &NONE, &NONE, &NONE, &[0, 0]].concat())
    }

    fn catalogue(&self, memory: &mut Memory) -> u32 {
        let [id, title, effect] = ["made.run", "Made", "read"].map(|text| memory.text(text));
        let [permission, schema, page] =
            [self.permission, self.schema, "https://made.example/"].map(|text| memory.text(text));
        let operation = [id, title, title, permission, effect, schema, schema, page, [0, 0]];
        let operations = memory.words(operation.as_flattened());
        memory.words(&[operations, 1])
    }

    fn pending(&self, memory: &mut Memory, length: u32) -> u32 {
        let request = self.request(memory, "https://api.made.example/run", 1);
        let text = memory.text("running");
        // The state lies wherever: memory holds zeros.
        memory.words(&[&[0, 0][..], &request, &[0], &[262_144, length], &text, &[0, 0]].concat())
    }
}
