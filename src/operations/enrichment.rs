//! Writing fields of inventory objects (Nexthink: Enrichment API), in as many
//! requests as it takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::http::Response;
use crate::json::{self, TextOrNumber, WholeNumber};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{FIELD_NAME, NON_EMPTY, VALUE};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, MAX_SAFE_INTEGER, Member, Object, Rule};
use crate::operations::state;
use crate::operations::step::{Outcome, Pending, Progress, Step};
use crate::problem::Problem;
use crate::text;

/// Most objects in a request (specification of 2026; that of 2024 says 5,000).
const MAX_BATCH: u16 = 10_000;

/// Objects in a request where the input has no number: the smaller of the two limits that
/// were documented.
const BATCH: u16 = 5000;

/// Length from which a request is closed, in bytes. No limit is documented.
const BATCH_BYTES: usize = 4 << 20;

/// `POST /api/v1/enrichment/data/fields`.
pub static WRITE: Operation = Operation {
    id: "enrichment.write",
    title: "Write fields",
    description: "Writes fields of devices, users, binaries or packages. Nexthink takes them now and applies them later. It \
                  takes the objects that are right and refuses the others: the output is partial then, and errors says \
                  which and why. Where a later one of several requests fails, errors names the first object that was not \
                  confirmed.",
    permission: Some("enrichment"),
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("domain", Rule::Text(&NON_EMPTY), "Who writes, for tracking."),
        Member::required(
            "enrichments",
            Rule::List(&List { item: Rule::Object(&OBJECT), min: 1, max: None }),
            "What to write, in as many requests as it takes.",
        ),
        Member::optional(
            "batchSize",
            Rule::Integer(1, MAX_BATCH as i64),
            "Most objects in a request. Where Nexthink takes fewer, half as many are sent, and so on.",
        )
        .with_default("5000"),
    ]),
    example: r#"{"domain":"asset_management","enrichments":[{"identification":[{"name":"device/device/name","value":"PC-1"}],"fields":[{"name":"device/device/#cost_centre","value":"4711"}]}]}"#,
    output: Output::Json(&Object::open(&[
        Member::required("accepted", Rule::Integer(0, MAX_SAFE_INTEGER), "How many objects Nexthink took."),
        Member::required("rejected", Rule::Integer(0, MAX_SAFE_INTEGER), "How many it did not take, or not confirm."),
        Member::required(
            "errors",
            Rule::List(&List {
                item: Rule::Object(&Object::open(&[
                    Member::optional(
                        "index",
                        Rule::Integer(0, MAX_SAFE_INTEGER),
                        "Place in the input, from 0, where it is known.",
                    ),
                    Member::optional("code", Rule::Unchecked(&["string"]), "Nexthink's code, such as ENRICH_011."),
                    Member::optional("message", Rule::Unchecked(&["string"]), "What is wrong."),
                ])),
                min: 0,
                max: None,
            }),
            "What is wrong with which object.",
        ),
    ])),
    documentation: "https://docs.nexthink.com/api/enrichment/enrich-fields-for-given-objects",
    flow: Flow::Several { start, resume },
};

static OBJECT: Object = Object::closed(&[
    Member::required(
        "identification",
        Rule::List(&List {
            item: Rule::Object(&Object::closed(&[
                Member::required(
                    "name",
                    Rule::Choice(&[
                        "device/device/name",
                        "device/device/uid",
                        "user/user/sid",
                        "user/user/uid",
                        "user/user/upn",
                        "binary/binary/uid",
                        "package/package/uid",
                    ]),
                    "By what the object is found.",
                ),
                Member::required("value", Rule::Text(&NON_EMPTY), "Its value."),
            ])),
            min: 1,
            max: Some(1),
        }),
        "Which object.",
    ),
    Member::required(
        "fields",
        Rule::List(&List {
            item: Rule::Object(&Object::closed(&[
                Member::required("name", Rule::Text(&FIELD_NAME), "Such as device/device/#cost_centre."),
                Member::required(
                    "value",
                    Rule::Either(&[Rule::Text(&VALUE), Rule::Integer(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)]),
                    "Text, a whole number or a date as text. Empty text clears the field.",
                ),
            ])),
            min: 1,
            max: None,
        }),
        "What to write.",
    ),
]);

/// The input. Objects stay as they are: their rule has accepted them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    domain: String,
    #[serde(borrow)]
    enrichments: Vec<&'a RawValue>,
    batch_size: Option<WholeNumber>,
}

impl<'a> Input<'a> {
    /// Returns the objects of the next request.
    fn batch(&self, checkpoint: &Checkpoint) -> &[&'a RawValue] {
        let from = usize::try_from(checkpoint.from).unwrap_or(usize::MAX);
        let rest = self.enrichments.get(from..).unwrap_or_default();
        let most = self.batch_size.map_or(BATCH.into(), |WholeNumber(size)| size).min(MAX_BATCH.into());
        let most = usize::try_from(checkpoint.most.map_or(most, |fewer| fewer.min(most))).unwrap_or_default();
        let mut bytes = 0;
        let fits = |object: &&&RawValue| {
            // An object that is longer than a request alone is sent alone.
            let fits = bytes == 0 || bytes + object.get().len() <= BATCH_BYTES;
            bytes += object.get().len();
            fits
        };
        &rest[..rest.iter().take(most).take_while(fits).count()]
    }
}

/// The position between two requests.
#[derive(Default, Serialize, Deserialize)]
struct Checkpoint {
    /// Index of the first object of the pending request.
    from: u64,
    /// Most objects in a request, where Nexthink takes fewer than the input asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
    accepted: u64,
    rejected: u64,
    errors: Vec<Rejection>,
}

/// An error of one object, as the output reports it.
#[derive(Serialize, Deserialize)]
struct Rejection {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

fn start(call: &Call) -> Result<Pending, Vec<Problem>> {
    Ok(send(call, &call.input()?, &Checkpoint::default()))
}

fn send(call: &Call, input: &Input, checkpoint: &Checkpoint) -> Pending {
    #[derive(Serialize)]
    struct Body<'a> {
        domain: &'a str,
        enrichments: &'a [&'a RawValue],
    }
    let objects = input.batch(checkpoint);
    let body = Body { domain: &input.domain, enrichments: objects };
    // Writing the same values again leaves the same state behind (confidence D).
    let request = call.post("/api/v1/enrichment/data/fields", &body, Repeat::Harmless);
    let total = input.enrichments.len() as u64;
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let text = format!("Writing {} of {total} objects", checkpoint.from + objects.len() as u64);
    call.exchange(request, 0, checkpoint, Progress { text, done: count(checkpoint.from), total: count(total) })
}

/// The response to a request: success, partial success (207), or an error of every
/// object (400).
#[derive(Deserialize)]
struct Answer {
    status: Option<String>,
    errors: Option<Vec<ObjectErrors>>,
}

#[derive(Deserialize)]
struct ObjectErrors {
    identification: Option<Vec<Identification>>,
    errors: Option<Vec<Reason>>,
}

#[derive(Deserialize)]
struct Reason {
    code: Option<TextOrNumber>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Identification {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct IdentifiedObject {
    identification: Vec<Identification>,
}

/// Returns a string that identifies an object. NUL separates name and value,
/// because no accepted input contains it.
fn identity(identification: &[Identification]) -> Option<String> {
    identification.first().map(|Identification { name, value }| format!("{name}\0{value}"))
}

fn resume(call: &Call, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let input: Input = call.input_on_resume()?;
    let mut checkpoint: Checkpoint = state::read(call.id, state)?;
    let objects = input.batch(&checkpoint);
    // Every object before this request was either accepted or rejected.
    if objects.is_empty() || checkpoint.accepted.checked_add(checkpoint.rejected) != Some(checkpoint.from) {
        return Err(state::mismatch());
    }
    let errors = match errors(response) {
        Ok(errors) => errors,
        // Nothing was written: what was sent is more than Nexthink takes at once.
        Err(failure) if objects.len() > 1 && is_too_much(response, &failure) => {
            checkpoint.most = Some(objects.len() as u64 / 2);
            return Ok(Step::Send(send(call, &input, &checkpoint)));
        }
        // Earlier requests took effect, which the caller has to know.
        Err(failure) if checkpoint.accepted > 0 => {
            return Ok(Step::Done(interrupted(checkpoint, input.enrichments.len() as u64, failure)));
        }
        Err(failure) => return Err(failure),
    };
    let count = objects.len() as u64;
    let rejected = record_errors(&mut checkpoint, objects, errors).min(count);
    checkpoint.rejected += rejected;
    checkpoint.accepted += count - rejected;
    checkpoint.from += count;
    if checkpoint.from < input.enrichments.len() as u64 {
        return Ok(Step::Send(send(call, &input, &checkpoint)));
    }
    Ok(Step::Done(finished(checkpoint)))
}

/// Returns whether a request was refused for its number of objects, or its length.
fn is_too_much(response: &Response, failure: &Failure) -> bool {
    response.status == 413 || response.status == 400 && failure.provider_code.as_deref() == Some("ENRICH_042")
}

/// Reads the errors of the objects; empty when all were accepted.
fn errors(response: &Response) -> Result<Vec<ObjectErrors>, Failure> {
    if response.status == 400
        && let Ok(Answer { errors: Some(errors), .. }) = json::object_from_slice(&response.body)
        && errors.iter().any(|error| error.identification.is_some())
    {
        return Ok(errors);
    }
    let Answer { status, errors } = response::read(response)?;
    match errors.unwrap_or_default() {
        errors if !errors.is_empty() => Ok(errors),
        none if response.status != 207 && status.as_deref() == Some("success") => Ok(none),
        _ => Err(response::malformed("The answer does not say what became of the objects.")),
    }
}

/// The indexes of objects with the same identity.
#[derive(Default)]
struct SameIdentity {
    waiting: Vec<u64>,
    taken: Option<u64>,
}

/// Assigns the errors to objects, adds them to the checkpoint and returns the
/// number of rejected objects.
fn record_errors(checkpoint: &mut Checkpoint, objects: &[&RawValue], errors: Vec<ObjectErrors>) -> u64 {
    let mut objects_by_identity: BTreeMap<String, SameIdentity> = BTreeMap::new();
    if !errors.is_empty() {
        // In reverse, because `pop` then yields the first object first.
        for (index, object) in objects.iter().enumerate().rev() {
            let object = json::object_from_str::<IdentifiedObject>(object.get()).ok();
            if let Some(identity) = object.and_then(|object| identity(&object.identification)) {
                objects_by_identity.entry(identity).or_default().waiting.push(checkpoint.from + index as u64);
            }
        }
    }
    let mut rejected = 0;
    for error in errors {
        let named =
            error.identification.as_deref().and_then(identity).and_then(|named| objects_by_identity.get_mut(&named));
        let (index, again) = match named {
            None => (None, false),
            Some(same) => match same.waiting.pop() {
                Some(index) => (Some(*same.taken.insert(index)), false),
                // No other object is left, so this is one more error of the last
                // one.
                None => (same.taken, true),
            },
        };
        rejected += u64::from(!again);
        let mut reasons = error.errors.unwrap_or_default();
        if reasons.is_empty() {
            reasons.push(Reason { code: None, message: None });
        }
        let clean = |text: Option<String>| text.as_deref().and_then(text::clean);
        checkpoint.errors.extend(reasons.into_iter().map(|reason| Rejection {
            index,
            code: clean(reason.code.map(|word| word.0)),
            message: clean(reason.message),
        }));
    }
    rejected
}

#[derive(Serialize)]
struct Summary {
    accepted: u64,
    rejected: u64,
    errors: Vec<Rejection>,
}

fn finished(Checkpoint { accepted, rejected, errors, .. }: Checkpoint) -> Outcome {
    let outcome = Outcome::complete(&Summary { accepted, rejected, errors }).partial(rejected > 0);
    if rejected > 0 {
        return outcome
            .warn(format!("Nexthink refused {rejected} of {} objects; errors says why.", accepted + rejected));
    }
    outcome
}

/// Ends the operation early with what is known.
fn interrupted(Checkpoint { from, accepted, mut errors, .. }: Checkpoint, total: u64, failure: Failure) -> Outcome {
    let warning = format!(
        "Objects from index {from} on were not confirmed: {} Write them again.{}",
        failure.message,
        failure.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default()
    );
    let failure = failure.into_details();
    errors.push(Rejection { index: Some(from), code: failure.provider_code, message: Some(failure.message) });
    Outcome::complete(&Summary { accepted, rejected: total - accepted, errors }).partial(true).warn(warning)
}
