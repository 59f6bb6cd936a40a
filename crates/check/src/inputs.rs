//! Operations: their schemas, and whether `start` compares inputs with them.

use std::sync::Arc;

use connector_core::{Error, Opened, OperationCall};
use connector_host::Interface;
use connector_host::records::{Operation, State, Step};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::check::Check;
use crate::report::Rule;
use crate::responses::{repeats, responses};
use crate::text::{quoted, summary};

impl Check {
    /// Judges the operations, and starts each with good and bad inputs.
    pub(crate) fn inputs(&mut self, opened: Option<&Opened>) {
        if !self.connector.offers(Interface::Operations) {
            self.findings.not_tried(Rule::Operations, "the component does not export `operations`");
            self.findings.not_tried(Rule::Inputs, "the component does not export `operations`");
            return;
        }
        let connector = Arc::clone(&self.connector);
        let Some(Ok(operations)) = self.call("`list-operations`", |_| connector.operations()) else { return };
        let downloads = self.connector.download_domains().unwrap_or_default();
        let from = match downloads.as_slice() {
            [] => String::new(),
            domains => format!("; downloads come from hosts under {}", domains.join(", ")),
        };
        let how = format!("{} operations, each with two schemas{from}", operations.len());
        self.findings.kept(Rule::Operations, how);
        for operation in operations {
            if self.is_over() {
                return;
            }
            let input = self.schema(operation, "input-schema", &operation.input_schema);
            if let Some(output) = self.schema(operation, "output-schema", &operation.output_schema) {
                self.output_schemas.insert(operation.id.clone(), output);
            }
            if let (Some(input), Some(opened)) = (input, opened) {
                self.operation(operation, &input, opened);
            }
        }
    }

    /// Returns what judges by a schema. None where it is no schema.
    fn schema(&mut self, operation: &Operation, name: &str, schema: &Value) -> Option<Validator> {
        let at = format!("`{name}` of {}", operation.id);
        if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
            let what = format!("is not a JSON Schema 2020-12: at `{}`", error.instance_path());
            self.findings.broken(Rule::Operations, &at, &what);
            return None;
        }
        match jsonschema::draft202012::new(schema) {
            Ok(validator) => Some(validator),
            Err(error) => {
                self.findings.broken(Rule::Operations, &at, &format!("cannot be used: {error}"));
                None
            }
        }
    }

    fn operation(&mut self, operation: &Operation, schema: &Validator, opened: &Opened) {
        let token = Arc::clone(&self.token);
        let base = OperationCall { opened, token: Some(&token), operation, input: "" };
        let examples = operation.input_schema["examples"].as_array().map(Vec::as_slice).unwrap_or_default();
        for example in examples {
            let input = example.to_string();
            let call = OperationCall { input: &input, ..base };
            let at = format!("`start` of {} with its example", operation.id);
            if !schema.is_valid(example) {
                self.findings.broken(Rule::Operations, &at, "an example does not fit its own schema");
            }
            self.findings.tried(Rule::Inputs);
            match self.call(&at, |connector| connector.start(call)) {
                Some(Err(Error::Refused(problems))) => {
                    let what = format!("an example is refused: {}", summary(&problems));
                    self.findings.broken(Rule::Inputs, &at, &what);
                }
                Some(Ok(step)) => self.resume(call, step),
                _ => {}
            }
        }
        let good = examples.first().cloned().unwrap_or_else(|| json!({}));
        for wrong in wrong(&good, &operation.input_schema) {
            if self.is_over() {
                return;
            }
            if !schema.is_valid(&wrong) {
                self.expect_refusal(OperationCall { input: &wrong.to_string(), ..base });
            }
        }
        for input in ["", "{", "nothing", "{} {}", "\u{feff}{}", "{\"a\":1,}", &"[".repeat(100_000)] {
            self.expect_refusal(OperationCall { input, ..base });
        }
    }

    fn expect_refusal(&mut self, call: OperationCall<'_>) {
        self.findings.tried(Rule::Inputs);
        let id = &call.operation.id;
        let at = format!("`start` of {id} with {}", quoted(call.input));
        if let Some(Ok(_)) = self.call(&at, |connector| connector.start(call)) {
            self.findings.broken(Rule::Inputs, &at, &format!("{id} starts with an input that its schema refuses"));
        }
    }

    /// Responds to the first request of an operation with anything.
    fn resume(&mut self, call: OperationCall<'_>, step: Step) {
        let state = match step {
            Step::Send(pending) => pending.state,
            Step::Download(download) => download.state,
            Step::Done(_) => return,
        };
        let id = &call.operation.id;
        for (name, response) in responses() {
            // What a provider returns is passed on as it is: a connector that knows no
            // secret cannot tell that it is one.
            if response.is_success() && repeats(&response) {
                continue;
            }
            let at = format!("`resume` of {id} with {name}");
            if let Some(Err(Error::Failed(failure))) =
                self.call(&at, |connector| connector.resume(call, &state, &response))
            {
                self.look_for_secret_in(&at, &failure);
            }
        }
        // A state comes back from a file, which may be damaged.
        let (name, response) = responses().remove(0);
        for state in [Vec::new(), b"{".to_vec(), vec![0xff; 64], [&state.0[..], b"x"].concat()] {
            let at = format!("`resume` of {id} with a damaged state and {name}");
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
    changed.push(with("not-a-member", json!(1)));
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
