//! The exports.

#![allow(unsafe_code, reason = "exports written by hand, so that what they return can be spoiled")]

mod exports;

#[allow(missing_docs, clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "connector",
        additional_derives: [serde::Deserialize],
    });
}

use std::arch::wasm32::memory_grow;
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bindings::exports::integration::provider::{
    access, authorization_code, client_credentials, operations, permissions, provider, refresh, signature, token, types,
};
use operations::{Operation, Step};
use permissions::{PermissionStatus, Probe};
use provider::{Connection, Definition};
use serde::Deserialize;
use token::{AccessToken, Exchange};
use types::{Context, Entry, Failure, Header, Problem, Request, Response};

use crate::{Behaviour, MARK, SCRIPT_BYTES, Slot};

static SLOT: Slot = Slot { mark: MARK, length: [1; 4], script: [b' '; SCRIPT_BYTES] };

/// The records to return, and what functions do otherwise.
#[derive(Deserialize)]
struct Script {
    behaviours: BTreeMap<String, Behaviour>,
    definition: Definition,
    connection: Connection,
    exchange: Exchange,
    /// Up to its query.
    authorization_url: String,
    token: AccessToken,
    failure: Failure,
    problems: Vec<Problem>,
    /// None: `authorize` fails.
    authorization: Option<Vec<Header>>,
    signature: Signature,
    request: Request,
    probes: Vec<Probe>,
    permission_status: PermissionStatus,
    operations: Vec<Operation>,
    /// None: `start` refuses every input.
    started: Option<Step>,
    /// None: `resume` fails.
    resumed: Option<Step>,
}

/// What signing adds to a request, and the method that it gives it. None: it stays.
#[derive(Deserialize)]
struct Signature {
    method: Option<String>,
    headers: Vec<Header>,
    query: String,
}

impl Script {
    fn read() -> Self {
        let slot: *const Slot = &raw const SLOT;
        // SAFETY: a volatile read of a valid pointer. The compiler must not take the
        // slot for what is in it when it compiles.
        let slot = unsafe { &*ptr::read_volatile(&raw const slot) };
        let length = u32::from_le_bytes(slot.length) as usize;
        serde_json::from_slice(&slot.script[..length]).expect("a script of this form")
    }
}

fn script() -> &'static Script {
    static SCRIPT: OnceLock<Script> = OnceLock::new();
    SCRIPT.get_or_init(Script::read)
}

fn behaviour(function: &str) -> Option<&'static Behaviour> {
    script().behaviours.get(function)
}

fn problems() -> Vec<Problem> {
    script().problems.clone()
}

struct Guest;

impl provider::Guest for Guest {
    fn describe() -> Definition {
        let mut definition = script().definition.clone();
        if let Some(Behaviour::RepeatField(count)) = behaviour("describe") {
            definition.fields = vec![definition.fields[0].clone(); *count as usize];
        }
        definition
    }

    fn resolve(entries: Vec<Entry>) -> Result<Connection, Vec<Problem>> {
        let mut connection = script().connection.clone();
        match behaviour("resolve") {
            Some(Behaviour::Refuse) => return Err(problems()),
            Some(Behaviour::PanicWithoutEntries) if entries.is_empty() => panic!(),
            Some(Behaviour::PanicWithoutEntries) => return Err(problems()),
            Some(Behaviour::PanicWhenCalledAgain) if called_before() => panic!(),
            Some(Behaviour::CountCalls) if called_before() => connection.label = "again".to_owned(),
            Some(Behaviour::QuoteLastEntry) => {
                let mut problems = problems();
                if let Some((_, text)) = entries.last() {
                    problems[0].message.clone_from(text);
                }
                return Err(problems);
            }
            Some(Behaviour::LongLabel(bytes)) => connection.label = "x".repeat(*bytes as usize),
            Some(Behaviour::SharedNotes(bytes)) => connection.notes = shared(*bytes as usize, 100),
            _ => {}
        }
        Ok(connection)
    }
}

impl client_credentials::Guest for Guest {
    fn token_request(mut entries: Vec<Entry>, _: Context) -> Result<Exchange, Vec<Problem>> {
        let exchange = script().exchange.clone();
        match behaviour("token-request") {
            Some(Behaviour::Refuse) => Err(problems()),
            Some(Behaviour::LeakSecondEntry) if entries.len() > 1 => {
                Ok(Exchange { notes: vec![entries.remove(1).1], ..exchange })
            }
            _ => Ok(exchange),
        }
    }
}

impl authorization_code::Guest for Guest {
    fn authorization_url(
        _: Vec<Entry>,
        redirect_uri: String,
        state: String,
        code_challenge: String,
    ) -> Result<String, Vec<Problem>> {
        if behaviour("authorization-url") == Some(&Behaviour::Refuse) {
            return Err(problems());
        }
        let redirect_uri = redirect_uri.replace(':', "%3A").replace('/', "%2F");
        Ok(script()
            .authorization_url
            .replace("REDIRECT_URI", &redirect_uri)
            .replace("STATE", &state)
            .replace("CHALLENGE", &code_challenge))
    }

    fn code_request(
        _: Vec<Entry>,
        _: String,
        code: String,
        code_verifier: String,
        _: Context,
    ) -> Result<Exchange, Vec<Problem>> {
        Ok(with_body(format!("code={code}&code_verifier={code_verifier}")))
    }
}

impl refresh::Guest for Guest {
    fn refresh_request(_: Vec<Entry>, refresh_token: String, _: Context) -> Result<Exchange, Vec<Problem>> {
        Ok(with_body(format!("refresh_token={refresh_token}")))
    }
}

fn with_body(body: String) -> Exchange {
    let Exchange { request, notes } = script().exchange.clone();
    Exchange { request: Request { body: body.into_bytes(), ..request }, notes }
}

impl signature::Guest for Guest {
    fn sign(_: access::Credential, mut request: Request, _: Context) -> Result<Request, Failure> {
        let Signature { method, headers, query } = &script().signature;
        request.url.push_str(query);
        request.headers.extend_from_slice(headers);
        request.method = method.clone().unwrap_or(request.method);
        Ok(request)
    }
}

impl token::Guest for Guest {
    fn token_response(response: Response) -> Result<AccessToken, Failure> {
        if response.status == 200 { Ok(script().token.clone()) } else { Err(script().failure.clone()) }
    }
}

impl access::Guest for Guest {
    fn authorize(_: access::Credential) -> Result<Vec<Header>, Failure> {
        script().authorization.clone().ok_or_else(|| script().failure.clone())
    }

    fn api_request(_: Vec<Entry>, _: String, _: String, _: Vec<Header>, _: Vec<u8>) -> Result<Request, Vec<Problem>> {
        Ok(script().request.clone())
    }

    fn api_response(response: Response) -> Result<(), Failure> {
        if response.status == 200 { Ok(()) } else { Err(script().failure.clone()) }
    }
}

impl permissions::Guest for Guest {
    fn probes(_: Vec<Entry>) -> Vec<Probe> {
        script().probes.clone()
    }

    fn read_probe(_: String, _: Response) -> PermissionStatus {
        script().permission_status.clone()
    }
}

impl operations::Guest for Guest {
    fn list_operations() -> Vec<Operation> {
        script().operations.clone()
    }

    fn start(_: Vec<Entry>, _: String, _: String) -> Result<Step, Vec<Problem>> {
        let mut step = script().started.clone().ok_or_else(problems)?;
        if let (Some(Behaviour::LongState(bytes)), Step::Send(pending)) = (behaviour("start"), &mut step) {
            pending.state = vec![0; *bytes as usize];
        }
        Ok(step)
    }

    fn resume(_: Vec<Entry>, _: String, _: String, _: Vec<u8>, _: Response) -> Result<Step, Failure> {
        script().resumed.clone().ok_or_else(|| script().failure.clone())
    }
}

/// Does what a function does before it returns anything.
fn begin(function: &str) {
    match behaviour(function) {
        Some(Behaviour::Panic) => panic!(),
        Some(Behaviour::Loop) => loop {
            std::hint::black_box(());
        },
        Some(Behaviour::Count(far)) => (0..*far).for_each(|number| _ = std::hint::black_box(number)),
        Some(Behaviour::GrowMemory) => loop {
            memory_grow::<0>(16);
        },
        Some(Behaviour::GrowByNothing) => loop {
            memory_grow::<0>(0);
        },
        Some(Behaviour::Recurse) => recurse(0),
        // SAFETY: none; this traps.
        Some(Behaviour::ReadOutside) => _ = unsafe { ptr::read_volatile(ptr::without_provenance::<u32>(0xffff_fffc)) },
        // SAFETY: none; this traps.
        Some(Behaviour::CallNothing) => unsafe { std::mem::transmute::<usize, extern "C" fn()>(0xffff)() },
        _ => {}
    }
}

/// Spoils what a function returns.
fn spoil(function: &str, value: *mut u8) -> *mut u8 {
    match behaviour(function) {
        Some(Behaviour::Address(address)) => ptr::without_provenance_mut(*address as usize),
        Some(Behaviour::Misplaced(by)) => value.wrapping_add(*by as usize),
        Some(Behaviour::Patch { path, bytes }) => {
            let (last, pointers) = path.split_last().expect("an offset");
            // SAFETY: the script knows the layout; what it gets wrong is the end of the
            // instance alone.
            unsafe {
                let follow = |at: *mut u8, offset: &u32| ptr::read(at.add(*offset as usize).cast::<*mut u8>());
                let at = pointers.iter().fold(value, follow);
                ptr::copy_nonoverlapping(bytes.as_ptr(), at.add(*last as usize), bytes.len());
            }
            value
        }
        _ => value,
    }
}

/// Returns whether a function returns something else than what it allocated.
fn is_spoiled(function: &str) -> bool {
    use Behaviour::{Address, Misplaced, Patch, SharedNotes};
    matches!(behaviour(function), Some(Address(_) | Misplaced(_) | Patch { .. } | SharedNotes(_)))
}

fn called_before() -> bool {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed) > 0
}

#[expect(unconditional_recursion, reason = "the purpose")]
fn recurse(depth: u64) {
    recurse(std::hint::black_box(depth) + 1);
    std::hint::black_box(depth);
}

/// Returns texts that all are the same bytes in memory.
fn shared(bytes: usize, count: usize) -> Vec<String> {
    let text = ManuallyDrop::new("x".repeat(bytes));
    // SAFETY: none of them is ever changed or dropped: the host reads them and is done.
    let same = || unsafe { String::from_raw_parts(text.as_ptr().cast_mut(), bytes, bytes) };
    (0..count).map(|_| same()).collect()
}
