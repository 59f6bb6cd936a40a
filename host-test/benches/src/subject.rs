//! What is measured: the connector as Rust code, in an instance that stays, in a fresh
//! one for each call, and behind the host's guard; and what it is given.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_host::{Component, Connector, Limits, engine_config};
use nexthink_component::NEXTHINK;
use nexthink_connector::entries::Entries;
use nexthink_connector::http::Response;
use nexthink_connector::operations::step::Step;
use nexthink_connector::operations::{self};
use serde_json::Value;
use wasmtime::component::{self, Instance, InstancePre, Linker};
use wasmtime::{Engine, Store, StoreLimits, StoreLimitsBuilder};

use bindings::exports::integration::provider::types as contract;

#[allow(missing_docs, clippy::pedantic, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "client-credentials-connector" });
}

pub use bindings::exports::integration::provider::{
    client_credentials, operations as operations_contract, provider, token,
};

/// More than any call reads, in bytes.
const LARGEST: usize = 64 << 20;

/// Returns the root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What everything is measured with.
pub struct Inputs {
    /// The four entries of the form.
    pub entries: Vec<(String, String)>,
    /// What a connection keeps of them.
    pub settings: Vec<(String, String)>,
    /// A response with a token of 800 characters.
    pub token: Response,
    /// Input of `nql.execute`.
    pub query: String,
    /// State after its start.
    pub state: Vec<u8>,
    /// The response to it, with ten rows.
    pub rows: Response,
}

impl Inputs {
    /// Takes them from a recording, where there is one.
    pub fn new() -> Self {
        let file = root().join("fixtures/operations/nql-execute.har");
        let recording: Value = serde_json::from_slice(&std::fs::read(file).expect("the recording")).expect("JSON");
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let settings = vec![pair("instance", "acme"), pair("region", "eu"), pair("client_id", "0oa1b2c3d4e5f6g7h8i9")];
        let entries = [settings.clone(), vec![pair("client_secret", "made-up-secret-of-40-characters-1234567890")]];
        let query = recording["log"]["_scenario"]["input"].to_string();
        let Ok(Step::Send(pending)) = operations::start(&Entries::new(settings.clone()), "nql.execute", &query) else {
            panic!("nql.execute begins with a request");
        };
        let rows = recording["log"]["entries"][0]["response"]["content"]["text"].as_str().expect("a text");
        let token = format!(
            r#"{{"token_type":"Bearer","expires_in":900,"access_token":"{}","scope":"service:integration"}}"#,
            "a".repeat(800)
        );
        Self { entries: entries.concat(), settings, token: json(&token), query, state: pending.state, rows: json(rows) }
    }
}

/// Makes a response of JSON.
pub fn json(body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status: 200, headers, body: body.as_bytes().to_vec(), received_at: 1_768_469_400 }
}

/// Makes the same response for the component.
pub fn lowered(response: &Response) -> contract::Response {
    contract::Response {
        status: response.status,
        headers: response.headers.clone(),
        body: response.body.clone(),
        received_at: response.received_at,
    }
}

/// Returns the connector behind the guard, as the host runs it.
pub fn host() -> Arc<Connector> {
    let component = Component::load(NEXTHINK, Limits::default()).expect("the component loads");
    Arc::new(Connector::new(component).expect("the definition is good"))
}

/// The component without the host's checks of what it returns.
pub struct Bare {
    engine: Engine,
    pre: InstancePre<StoreLimits>,
    provider: provider::GuestIndices,
    token: token::GuestIndices,
    client_credentials: client_credentials::GuestIndices,
    operations: operations_contract::GuestIndices,
}

impl Bare {
    /// Compiles it, set up as the host sets it up.
    pub fn new() -> wasmtime::Result<Self> {
        let engine = Engine::new(&engine_config(&Limits::default()))?;
        let component = component::Component::new(&engine, NEXTHINK)?;
        let pre = Linker::new(&engine).instantiate_pre(&component)?;
        Ok(Self {
            provider: provider::GuestIndices::new(&pre)?,
            token: token::GuestIndices::new(&pre)?,
            client_credentials: client_credentials::GuestIndices::new(&pre)?,
            operations: operations_contract::GuestIndices::new(&pre)?,
            engine,
            pre,
        })
    }

    /// Makes an instance with the limits of the host.
    pub fn fresh(&self) -> wasmtime::Result<Live<'_>> {
        let limits = StoreLimitsBuilder::new().memory_size(LARGEST).build();
        let mut store = Store::new(&self.engine, limits);
        store.limiter(|limits| limits);
        store.set_fuel(Limits::default().fuel)?;
        let instance = self.pre.instantiate(&mut store)?;
        Ok(Live { bare: self, store, instance })
    }
}

/// An instance.
pub struct Live<'a> {
    bare: &'a Bare,
    store: Store<StoreLimits>,
    instance: Instance,
}

impl Live<'_> {
    fn refuel(&mut self) -> wasmtime::Result<()> {
        self.store.set_fuel(Limits::default().fuel)
    }

    fn operations(&mut self) -> wasmtime::Result<operations_contract::Guest> {
        self.store.set_fuel(Limits::default().budget(LARGEST).fuel)?;
        self.bare.operations.load(&mut self.store, &self.instance)
    }

    /// Calls `resolve`.
    pub fn resolve(&mut self, inputs: &Inputs) -> wasmtime::Result<impl Sized + use<>> {
        self.refuel()?;
        self.bare.provider.load(&mut self.store, &self.instance)?.call_resolve(&mut self.store, &inputs.entries)
    }

    /// Calls `token-request`.
    pub fn token_request(&mut self, inputs: &Inputs) -> wasmtime::Result<impl Sized + use<>> {
        self.refuel()?;
        self.bare.client_credentials.load(&mut self.store, &self.instance)?.call_token_request(
            &mut self.store,
            &inputs.entries,
            &contract::Context { now: 0, nonce: vec![0; 32] },
        )
    }

    /// Calls `token-response`.
    pub fn token_response(&mut self, response: &contract::Response) -> wasmtime::Result<impl Sized + use<>> {
        self.refuel()?;
        self.bare.token.load(&mut self.store, &self.instance)?.call_token_response(&mut self.store, response)
    }

    /// Calls `start`.
    pub fn start(&mut self, inputs: &Inputs, operation: &str, input: &str) -> wasmtime::Result<impl Sized + use<>> {
        self.operations()?.call_start(&mut self.store, &inputs.settings, operation, input)
    }

    /// Calls `resume` of `nql.execute`.
    pub fn resume(&mut self, inputs: &Inputs, response: &contract::Response) -> wasmtime::Result<impl Sized + use<>> {
        let (settings, query, state) = (&inputs.settings, &inputs.query, &inputs.state);
        self.operations()?.call_resume(&mut self.store, settings, "nql.execute", query, state, response)
    }
}
