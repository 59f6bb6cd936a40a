//! Components that return what a test wants.

use serde_json::{Map, Value, json};
use test_guest::{Behaviour, MARK, SCRIPT_BYTES};
use wit_component::{StringEncoding, metadata};

use crate::dummy::{contract, encode};

/// The core module; see `test-guest`.
const GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));

/// The records of a component that keeps every rule.
const SOUND: &str = include_str!("sound.json");

/// Worlds that only tests have a use for.
const WORLDS: &str = "package test:worlds;
    world exchange-only {
        include integration:provider/provider-only@0.1.0;
        export integration:provider/token@0.1.0;
        export integration:provider/client-credentials@0.1.0;
    }
    world signing {
        include integration:provider/key-connector@0.1.0;
        export integration:provider/signature@0.1.0;
    }";

/// A component that returns what a test wants: sound as it stands, and whatever a test
/// makes of it.
///
/// Its records are those of `sound.json`. `token-response` and `api-response` take the
/// status 200 for a success. `start` refuses, until there is a step to return.
///
/// ```
/// use serde_json::json;
/// use test_support::{Behaviour, TestComponent};
///
/// let component = TestComponent::provider()
///     .with("/token/expires_in", 60)
///     .with("/definition/domains", json!(["made.example", "other.example"]))
///     .behaving("token-request", Behaviour::Panic)
///     .build();
/// assert!(component.starts_with(b"\0asm"));
/// ```
#[derive(Clone)]
pub struct TestComponent {
    world: &'static str,
    encoding: StringEncoding,
    script: Value,
}

impl TestComponent {
    /// A component of the least world, which exports the provider alone.
    pub fn provider_only() -> Self {
        Self::of("integration:provider/provider-only@0.1.0")
    }

    /// A component that exports the provider and the exchange of client credentials.
    pub fn provider() -> Self {
        Self::of("test:worlds/exchange-only")
    }

    /// A component of client credentials, with access, permissions and operations.
    pub fn connector() -> Self {
        Self::of("integration:provider/client-credentials-connector@0.1.0")
    }

    /// A component that exchanges nothing: the entries authorize its requests.
    pub fn keys() -> Self {
        Self::of("integration:provider/key-connector@0.1.0")
    }

    /// The same, and every request is signed.
    pub fn signing() -> Self {
        Self::of("test:worlds/signing")
    }

    /// A component that a person signs in to.
    pub fn sign_in() -> Self {
        let role = |role: &str| json!({ "role": role, "template": "api.made.example" });
        let hosts = ["Token", "Api", "Authorization"].map(role);
        Self::of("integration:provider/authorization-code-connector@0.1.0").with("/definition/hosts", json!(hosts))
    }

    fn of(world: &'static str) -> Self {
        let script = serde_json::from_str(SOUND).expect("JSON");
        Self { world, encoding: StringEncoding::UTF8, script }
    }

    /// Returns a part of a record, by JSON Pointer into `sound.json`.
    ///
    /// # Panics
    ///
    /// Where there is no such place.
    #[track_caller]
    pub fn value(&self, pointer: &str) -> &Value {
        self.script.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in the script"))
    }

    /// Changes a member of a record, by JSON Pointer into `sound.json`. The object that
    /// it belongs to has to be there; a list takes no new item.
    ///
    /// # Panics
    ///
    /// Where there is no such place.
    #[track_caller]
    pub fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        match self.script.pointer_mut(parent) {
            Some(Value::Object(members)) => _ = members.insert(name.to_owned(), value.into()),
            Some(Value::Array(items)) => items[name.parse::<usize>().expect("an index")] = value.into(),
            _ => panic!("{pointer} is not in the script"),
        }
        self
    }

    /// Has a function of the contract, or [`test_guest::START`], do something else.
    ///
    /// # Panics
    ///
    /// Never: every behaviour is JSON.
    pub fn behaving(self, function: &str, behaviour: Behaviour) -> Self {
        let behaviour = serde_json::to_value(behaviour).expect("a behaviour is JSON");
        self.with(&format!("/behaviours/{function}"), behaviour)
    }

    /// Has [`start`](Self::connector) return a request, with a state of 10 bytes.
    pub fn with_step(self) -> Self {
        let request = self.script["request"].clone();
        let progress = serde_json::json!({ "text": "running", "done": 0, "total": 0 });
        let pending =
            [("request", request), ("wait", 0.into()), ("state", vec![0_u8; 10].into()), ("progress", progress)];
        let pending: Map<_, _> = pending.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        self.with("/started", serde_json::json!({ "Send": pending }))
    }

    /// Declares another encoding of texts; the bytes stay UTF-8.
    #[must_use]
    pub fn encoded_as(self, encoding: StringEncoding) -> Self {
        Self { encoding, ..self }
    }

    /// Makes the component.
    ///
    /// # Panics
    ///
    /// Where the script is too long.
    pub fn build(&self) -> Vec<u8> {
        // The guest declares the whole contract in UTF-8; another declaration takes its
        // place.
        let (module, _) = metadata::decode(GUEST).expect("the guest declares its world");
        let mut module = module.expect("the guest declares its world");
        let script = self.script.to_string();
        assert!(script.len() <= SCRIPT_BYTES, "a script of {} bytes is too long", script.len());
        let slot = module.windows(MARK.len()).position(|window| window == MARK).expect("the guest has a slot");
        let length = u32::try_from(script.len()).expect("less than 64 KiB").to_le_bytes();
        let content = [&length[..], script.as_bytes()].concat();
        let at = slot + MARK.len();
        module[at..at + content.len()].copy_from_slice(&content);

        let (mut resolve, package) = contract();
        let more = resolve.push_str("worlds.wit", WORLDS).expect("the worlds parse");
        let world = resolve.select_world(&[package, more], Some(self.world)).expect("there is such a world");
        encode(&resolve, world, module, self.encoding)
    }
}
