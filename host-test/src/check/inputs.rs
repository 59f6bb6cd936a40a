//! Operations: their schemas, and whether `start` holds inputs against them.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::answers::{repeats, responses};
use super::form::{quoted, said};
use super::probe::token;
use super::{Check, Rule};
use crate::guard::OperationCall;
use crate::model::operation::{Operation, State, Step};
use crate::model::{Connection, Token};

impl Check<'_> {
    /// Judges the catalogue, and begins every operation with good and bad inputs.
    pub(super) fn inputs(&mut self, connection: Option<&Connection>) {
        if !self.connector.facts().exports_interface("operations") {
            self.ledger.not_tried(Rule::Operations, "the component does not export `operations`");
            self.ledger.not_tried(Rule::Inputs, "the component does not export `operations`");
            return;
        }
        let offered = match self.connector.operations() {
            Ok(offered) => offered,
            Err(error) => return self.ledger.failed("`catalogue`", &error),
        };
        self.ledger.kept(Rule::Operations, format!("{} operations, each with two schemas", offered.len()));
        for operation in &offered {
            let input = self.schema(operation, "input-schema", &operation.input_schema);
            self.schema(operation, "output-schema", &operation.output_schema);
            if let (Some(input), Some(connection)) = (input, connection) {
                self.operation(operation, &input, connection);
            }
        }
    }

    /// Returns what judges by a schema. None where it is none.
    fn schema(&mut self, operation: &Operation, name: &str, schema: &Value) -> Option<Validator> {
        let at = format!("`{name}` of {}", operation.id);
        if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
            let what = format!("is not a JSON Schema 2020-12: at `{}`", error.instance_path());
            self.ledger.broken(Rule::Operations, &at, &what);
            return None;
        }
        match jsonschema::draft202012::new(schema) {
            Ok(validator) => Some(validator),
            Err(error) => {
                self.ledger.broken(Rule::Operations, &at, &format!("cannot be used: {error}"));
                None
            }
        }
    }

    fn operation(&mut self, operation: &Operation, schema: &Validator, connection: &Connection) {
        let token = token();
        let examples = operation.input_schema["examples"].as_array().cloned().unwrap_or_default();
        for example in &examples {
            let text = example.to_string();
            let at = format!("`start` of {} with its example", operation.id);
            if !schema.is_valid(example) {
                self.ledger.broken(Rule::Operations, &at, "an example does not fit its own schema");
            }
            self.ledger.tried(Rule::Inputs);
            match self.start(&at, operation, connection, &token, &text) {
                Some(Err(refused)) => {
                    self.ledger.broken(Rule::Inputs, &at, &format!("an example is refused: {refused}"));
                }
                Some(Ok(step)) => self.go_on(operation, connection, &token, &text, step),
                None => {}
            }
        }
        let base = examples.first().cloned().unwrap_or_else(|| json!({}));
        for wrong in wrong(&base, &operation.input_schema).into_iter().filter(|wrong| !schema.is_valid(wrong)) {
            self.refuses(operation, connection, &token, &wrong.to_string());
        }
        for text in ["", "{", "nothing", "{} {}", "\u{feff}{}", "{\"a\":1,}", &"[".repeat(100_000)] {
            self.refuses(operation, connection, &token, text);
        }
    }

    fn refuses(&mut self, operation: &Operation, connection: &Connection, token: &Token, input: &str) {
        self.ledger.tried(Rule::Inputs);
        let at = format!("`start` of {} with {}", operation.id, quoted(input));
        if let Some(Ok(_)) = self.start(&at, operation, connection, token, input) {
            let what = format!("{} begins with an input that its schema refuses", operation.id);
            self.ledger.broken(Rule::Inputs, &at, &what);
        }
    }

    /// Begins an operation. The inner error sums the problems up.
    fn start(
        &mut self,
        at: &str,
        operation: &Operation,
        connection: &Connection,
        token: &Token,
        input: &str,
    ) -> Option<Result<Step, String>> {
        let entries = self.entered.entries(self.connector);
        let call = OperationCall { connection, entries: &entries, token: Some(token), operation, input };
        self.call(at, |connector| connector.start(call)).map(|answer| answer.map_err(|problems| said(&problems)))
    }

    /// Answers the first request of an operation with anything.
    fn go_on(&mut self, operation: &Operation, connection: &Connection, token: &Token, input: &str, step: Step) {
        let state = match step {
            Step::Send(pending) => pending.state,
            Step::Download(download) => download.state,
            Step::Done(_) => return,
        };
        let entries = self.entered.entries(self.connector);
        let call = OperationCall { connection, entries: &entries, token: Some(token), operation, input };
        for (name, response) in responses() {
            // What a provider gives is handed on as it is: a plugin that knows no
            // secret cannot tell that it is one.
            if response.status < 300 && repeats(&response) {
                continue;
            }
            let at = format!("`resume` of {} with {name}", operation.id);
            if let Some(Err(failure)) = self.call(&at, |connector| connector.resume(call, &state, &response)) {
                self.look_for_canary(&at, "a failure", &json!(failure).to_string());
            }
        }
        // Where an operation is comes back from a file, which may be damaged.
        let (name, response) = responses().remove(0);
        for state in [Vec::new(), b"{".to_vec(), vec![0xff; 64], [&state.0[..], b"x"].concat()] {
            let at = format!("`resume` of {} with a damaged state and {name}", operation.id);
            self.call(&at, |connector| connector.resume(call, &State(state), &response));
        }
    }
}

/// Changes a good input in one place at a time. Some of the changes may be good too.
fn wrong(base: &Value, schema: &Value) -> Vec<Value> {
    let mut changed = vec![json!(null), json!([]), json!("text"), json!(7), json!({}), json!([base])];
    let Some(members) = base.as_object() else { return changed };
    let with = |name: &str, value: Value| {
        let mut members = members.clone();
        members.insert(name.to_owned(), value);
        Value::Object(members)
    };
    changed.push(with("nobody-asked", json!(1)));
    let described = schema["properties"].as_object().into_iter().flat_map(Map::keys);
    for name in members.keys().chain(described.filter(|name| !members.contains_key(*name))) {
        let without = members.iter().filter(|(given, _)| *given != name);
        changed.push(Value::Object(without.map(|(name, value)| (name.clone(), value.clone())).collect()));
        let values = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(1e300),
            json!(""),
            json!("\u{0}"),
            json!([]),
            json!({}),
        ];
        changed.extend(values.into_iter().map(|value| with(name, value)));
        changed.push(with(name, json!("x".repeat(100_000))));
        changed.push(with(name, json!(vec!["x"; 10_001])));
        let given = members.get(name).cloned().unwrap_or_default();
        changed.push(with(name, json!([given])));
        if let Some(items) = given.as_array() {
            changed.push(with(name, json!([items.first(), items.first(), null])));
        }
    }
    changed
}
