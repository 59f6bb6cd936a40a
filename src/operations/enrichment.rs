//! Writing fields of inventory objects (Nexthink: Enrichment API), in as many
//! requests as it takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::http::Response;
use crate::json::{self, TextOrNumber};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{FIELD_NAME, LINE, SOME_VALUE, VALUE};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, MAX_EXACT, Member, Object, Rule};
use crate::operations::state;
use crate::operations::step::{Outcome, Pending, Progress, Step};
use crate::problem::Problem;
use crate::text;

/// Most objects in a request (specification of 2026; that of 2024 said 5,000).
const BATCH: usize = 10_000;

/// `POST /api/v1/enrichment/data/fields`.
pub static WRITE: Operation = Operation {
    id: "enrichment.write",
    title: "Write fields",
    description: "Writes fields of devices, users, binaries or packages. Nexthink takes them now and applies them later.",
    permission: "enrichment",
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("domain", Rule::Text(&LINE), "Who writes, for tracking."),
        Member::required(
            "enrichments",
            Rule::List(&List { item: Rule::Object(&OBJECT), min: 1, max: None }),
            "What to write. More than 10,000 are sent in several requests.",
        ),
    ]),
    example: r#"{"domain":"asset_management","enrichments":[{"identification":[{"name":"device/device/name","value":"PC-1"}],"fields":[{"name":"device/device/#cost_centre","value":"4711"}]}]}"#,
    output: Output::Json(&Object::open(&[
        Member::required("accepted", Rule::Whole(0, MAX_EXACT), "How many objects Nexthink took."),
        Member::required("rejected", Rule::Whole(0, MAX_EXACT), "How many it did not take, or not confirm."),
        Member::required(
            "errors",
            Rule::List(&List {
                item: Rule::Object(&Object::open(&[
                    Member::optional(
                        "index",
                        Rule::Whole(0, MAX_EXACT),
                        "Place in the input, from 0, where it is known.",
                    ),
                    Member::optional("code", Rule::Foreign(&["string"]), "Nexthink's code, such as ENRICH_011."),
                    Member::optional("message", Rule::Foreign(&["string"]), "What is wrong."),
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
                Member::required("value", Rule::Text(&SOME_VALUE), "Its value."),
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
                    Rule::TextOrWhole(&VALUE),
                    "Text, a whole number or a date as text. Empty text clears the field.",
                ),
            ])),
            min: 1,
            max: None,
        }),
        "What to write.",
    ),
]);

/// Keeps objects as they stand: their rule has seen all of them.
#[derive(Deserialize)]
struct Input<'a> {
    domain: String,
    #[serde(borrow)]
    enrichments: Vec<&'a RawValue>,
}

/// Says how far the writing is.
#[derive(Default, Serialize, Deserialize)]
struct Place {
    /// Index of the first object of the request under way.
    from: u64,
    accepted: u64,
    rejected: u64,
    errors: Vec<Rejection>,
}

/// Says what is wrong with an object.
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
    Ok(send(call, &call.input()?, &Place::default()))
}

fn send(call: &Call, input: &Input, place: &Place) -> Pending {
    #[derive(Serialize)]
    struct Body<'a> {
        domain: &'a str,
        enrichments: &'a [&'a RawValue],
    }
    let objects = batch(input, place.from);
    let body = Body { domain: &input.domain, enrichments: objects };
    // Writing the same values again leaves the same behind (confidence D).
    let request = call.post("/api/v1/enrichment/data/fields", &body, Repeat::Harmless);
    let total = input.enrichments.len() as u64;
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let text = format!("Writing {} of {total} objects", place.from + objects.len() as u64);
    call.next(request, 0, place, Progress { text, done: count(place.from), total: count(total) })
}

fn batch<'a>(input: &'a Input<'a>, from: u64) -> &'a [&'a RawValue] {
    let rest = usize::try_from(from).ok().and_then(|from| input.enrichments.get(from..)).unwrap_or_default();
    &rest[..rest.len().min(BATCH)]
}

/// What the API says of the objects of a request, as success, as part of one
/// (207) or when every object is bad (400).
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
struct Identified {
    identification: Vec<Identification>,
}

/// Tells objects apart; what separates the two is in neither.
fn identity(identification: &[Identification]) -> Option<String> {
    identification.first().map(|Identification { name, value }| format!("{name}\0{value}"))
}

fn resume(call: &Call, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let input: Input = call.input_again()?;
    let mut place: Place = state::read(call.id, state)?;
    let objects = batch(&input, place.from);
    // Whatever lies before this request was either accepted or rejected.
    if objects.is_empty() || place.accepted.checked_add(place.rejected) != Some(place.from) {
        return Err(state::foreign());
    }
    let errors = match errors(response) {
        Ok(errors) => errors,
        // What was accepted before stays so, and has to be told.
        Err(failure) if place.accepted > 0 => {
            return Ok(Step::Done(interrupted(place, input.enrichments.len() as u64, failure)));
        }
        Err(failure) => return Err(failure),
    };
    let count = objects.len() as u64;
    let rejected = note(&mut place, objects, errors).min(count);
    place.rejected += rejected;
    place.accepted += count - rejected;
    place.from += count;
    if place.from < input.enrichments.len() as u64 {
        return Ok(Step::Send(send(call, &input, &place)));
    }
    Ok(Step::Done(finished(place)))
}

/// Reads what is wrong with which object; empty when nothing is.
fn errors(response: &Response) -> Result<Vec<ObjectErrors>, Failure> {
    if response.status == 400
        && let Ok(Answer { errors: Some(errors), .. }) = json::object(&response.body)
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

/// Holds the indexes of objects that look alike.
#[derive(Default)]
struct Alike {
    waiting: Vec<u64>,
    taken: Option<u64>,
}

/// Finds the objects that the errors mean, adds these to the place, and returns how
/// many objects it were.
fn note(place: &mut Place, objects: &[&RawValue], errors: Vec<ObjectErrors>) -> u64 {
    let mut places: BTreeMap<String, Alike> = BTreeMap::new();
    if !errors.is_empty() {
        // From the last to the first, so that the first is taken first.
        for (index, object) in objects.iter().enumerate().rev() {
            let written = json::object::<Identified>(object.get().as_bytes()).ok();
            if let Some(identity) = written.and_then(|written| identity(&written.identification)) {
                places.entry(identity).or_default().waiting.push(place.from + index as u64);
            }
        }
    }
    let mut rejected = 0;
    for error in errors {
        let named = error.identification.as_deref().and_then(identity).and_then(|named| places.get_mut(&named));
        let (index, again) = match named {
            None => (None, false),
            Some(alike) => match alike.waiting.pop() {
                Some(index) => (Some(*alike.taken.insert(index)), false),
                // There is no other one: this adds to what was said before.
                None => (alike.taken, true),
            },
        };
        rejected += u64::from(!again);
        let mut reasons = error.errors.unwrap_or_default();
        if reasons.is_empty() {
            reasons.push(Reason { code: None, message: None });
        }
        let clean = |text: Option<String>| text.as_deref().and_then(text::clean);
        place.errors.extend(reasons.into_iter().map(|reason| Rejection {
            index,
            code: clean(reason.code.map(|word| word.0)),
            message: clean(reason.message),
        }));
    }
    rejected
}

#[derive(Serialize)]
struct Written {
    accepted: u64,
    rejected: u64,
    errors: Vec<Rejection>,
}

fn finished(Place { accepted, rejected, errors, .. }: Place) -> Outcome {
    let outcome = Outcome::whole(&Written { accepted, rejected, errors }).partial(rejected > 0);
    if rejected > 0 {
        return outcome
            .warn(format!("Nexthink refused {rejected} of {} objects; errors says why.", accepted + rejected));
    }
    outcome
}

/// Ends early with what is known.
fn interrupted(Place { from, accepted, mut errors, .. }: Place, total: u64, failure: Failure) -> Outcome {
    let warning = format!(
        "Objects from index {from} on were not confirmed: {} Write them again.{}",
        failure.message,
        failure.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default()
    );
    let failure = failure.into_details();
    errors.push(Rejection { index: Some(from), code: failure.provider_code, message: Some(failure.message) });
    Outcome::whole(&Written { accepted, rejected: total - accepted, errors }).partial(true).warn(warning)
}
