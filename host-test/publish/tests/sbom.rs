//! Validates the SBOM that is published against `CycloneDX`'s own JSON schema.
//! `make test-sbom` runs it, with the directory of the schemas in `SBOM_SCHEMAS`.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// What the keeper of the schemas puts into the names of the files.
const KEPT: &str = "SNAPSHOT";

/// The schema of `CycloneDX` 1.6, with those that it refers to.
struct Schema {
    /// The address that a bill names it by.
    id: String,
    validator: Validator,
}

impl Schema {
    fn read() -> Self {
        let folder = PathBuf::from(env::var_os("SBOM_SCHEMAS").expect("`make test-sbom` sets SBOM_SCHEMAS"));
        let read = |name: &str| -> Value {
            let path = folder.join(format!("{name}.{KEPT}.schema.json"));
            let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_json::from_slice(&text).unwrap()
        };
        // References are relative to the address of the schema.
        let mut registry = Registry::new();
        for name in ["spdx", "jsf-0.82"] {
            let address = format!("http://cyclonedx.org/schema/{name}.{KEPT}.schema.json");
            registry = registry.add(address, read(name)).unwrap();
        }
        let registry = registry.prepare().unwrap();
        let schema = read("bom-1.6");
        // No address is in the bill; to judge one would take the tables of names in all alphabets.
        let options = jsonschema::options().with_format("idn-email", |_: &str| false);
        let options = options.with_registry(&registry).should_validate_formats(true);
        let validator = options.should_ignore_unknown_formats(false).build(&schema).unwrap();
        Self { id: schema["$id"].as_str().unwrap().to_owned(), validator }
    }

    fn errors(&self, bill: &Value) -> Vec<String> {
        self.validator.iter_errors(bill).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// Packages this checkout and returns its bill.
fn bill() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let out = tempfile::tempdir().unwrap();
    let mut publish = Command::new(env!("CARGO_BIN_EXE_publish"));
    let output = publish.current_dir(root).args(["package", "--out"]).arg(out.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().path());
    let bills: Vec<_> = files.filter(|path| path.to_str().unwrap().ends_with(".cdx.json")).collect();
    assert_eq!(bills.len(), 1, "{bills:?}");
    serde_json::from_slice(&fs::read(&bills[0]).unwrap()).unwrap()
}

#[test]
fn the_bill_is_valid_by_the_schema_it_names() {
    let (schema, bill) = (Schema::read(), bill());
    assert_eq!(bill["$schema"], schema.id);
    let errors = schema.errors(&bill);
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_schema_refuses_what_it_should() {
    let (schema, bill) = (Schema::read(), bill());
    for (pointer, value, said) in [
        ("/specVersion", json!(1.6), "is not of type"),
        ("/components/0/type", json!("crate"), "is not one of"),
        ("/components/0/hashes/0/content", json!("ab"), "does not match"),
        // A format.
        ("/components/0/externalReferences/0/url", json!("https://a b"), "valid under"),
        // The list of licences, in a schema of its own.
        ("/components/0/licenses", json!([{ "license": { "id": "No-Such-Licence" } }]), "valid under"),
        // The other one.
        ("/components/0/signature", json!({ "algorithm": 1 }), "valid under"),
    ] {
        let mut changed = bill.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[key] = value;
        let errors = schema.errors(&changed);
        assert!(errors.iter().any(|error| error.contains(said)), "{pointer}: {errors:#?}");
    }
}

#[test]
fn every_reference_is_to_one_component_of_the_bill() {
    let bill = bill();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let reference = |value: &Value| value.as_str().unwrap().to_owned();
    let components = list(&bill["components"]);
    let all = components.iter().chain([&bill["metadata"]["component"]]);
    let named: Vec<_> = all.map(|component| reference(&component["bom-ref"])).collect();
    let known: BTreeSet<_> = named.iter().cloned().collect();
    assert_eq!(known.len(), named.len(), "two of one name: {named:?}");
    let dependencies = list(&bill["dependencies"]);
    let from: BTreeSet<_> = dependencies.iter().map(|dependency| reference(&dependency["ref"])).collect();
    assert_eq!(from, known);
    for dependency in &dependencies {
        let on: BTreeSet<_> = list(&dependency["dependsOn"]).iter().map(reference).collect();
        assert!(on.is_subset(&known), "{dependency}");
    }
}
