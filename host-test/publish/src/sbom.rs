//! The bill of materials: what is linked into the component, in `CycloneDX` 1.6.
//!
//! It has neither a time nor a serial number, which the format leaves out as it
//! likes: the same component has the same bill.

use serde_json::{Value, json};

use crate::linked::Crate;

/// Writes the bill for a component; `digest` is its SHA-256 in hexadecimal digits. `crates` begins with the
/// connector; the standard library has a version, and a commit if that is known.
pub fn write(crates: &[Crate], digest: &str, standard_library: &(String, Option<String>)) -> String {
    let (version, commit) = standard_library;
    let mut library = json!({
        "type": "library",
        "bom-ref": format!("rust-std@{version}"),
        "name": "rust-std",
        "version": version,
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    });
    if let Some(commit) = commit {
        library["purl"] = json!(format!("pkg:github/rust-lang/rust@{commit}"));
    }
    let library_reference = library["bom-ref"].clone();

    let mut connector = component(&crates[0]);
    connector["hashes"] = json!([{ "alg": "SHA-256", "content": digest }]);
    let mut components: Vec<Value> = crates[1..].iter().map(component).collect();
    components.push(library);
    let depends = |linked: &Crate| {
        let on = linked.depends_on.iter().map(|&place| json!(reference(&crates[place])));
        let on: Vec<_> = on.chain([library_reference.clone()]).collect();
        json!({ "ref": reference(linked), "dependsOn": on })
    };
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": connector },
        "components": components,
        "dependencies": crates.iter().map(depends).chain([json!({ "ref": library_reference })]).collect::<Vec<_>>(),
    });
    format!("{bill:#}\n")
}

/// Returns the address of a package (purl), which is its name in the bill too.
fn reference(linked: &Crate) -> String {
    format!("pkg:cargo/{}@{}", linked.name, linked.version)
}

fn component(linked: &Crate) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(linked),
        "name": linked.name,
        "version": linked.version,
    });
    // The digest of the package, not of what was compiled from it.
    if let Some(checksum) = &linked.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if !linked.license.is_empty() {
        component["licenses"] = json!([{ "expression": linked.license }]);
    }
    component["purl"] = json!(reference(linked));
    if !linked.repository.is_empty() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": linked.repository }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::write;
    use crate::linked::Crate;

    #[test]
    fn every_crate_and_every_edge_is_in_the_bill() {
        let linked = |name: &str, depends_on: Vec<usize>| Crate {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            repository: String::new(),
            checksum: Some("ab".to_owned()),
            depends_on,
        };
        let crates = [linked("own", vec![1, 2]), linked("one", vec![2]), linked("two", vec![])];
        let bill: Value = serde_json::from_str(&write(&crates, "cd", &("1.95.0".to_owned(), None))).unwrap();
        assert_eq!(bill["metadata"]["component"]["hashes"][0]["content"], "cd");
        let names: Vec<_> = bill["components"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["one", "two", "rust-std"]);
        let edges = json!([
            { "ref": "pkg:cargo/own@1.0.0", "dependsOn": ["pkg:cargo/one@1.0.0", "pkg:cargo/two@1.0.0", "rust-std@1.95.0"] },
            { "ref": "pkg:cargo/one@1.0.0", "dependsOn": ["pkg:cargo/two@1.0.0", "rust-std@1.95.0"] },
            { "ref": "pkg:cargo/two@1.0.0", "dependsOn": ["rust-std@1.95.0"] },
            { "ref": "rust-std@1.95.0" },
        ]);
        assert_eq!(bill["dependencies"], edges);
    }
}
