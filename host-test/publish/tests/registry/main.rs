//! Pushes to a registry on this machine and pulls from it.
//!
//! `make test-publish` runs it, with `skopeo` installed and the paths of `wkg`, of
//! Debian's `docker-registry` and of the test host in `WKG`, `REGISTRY_SERVER` and
//! `HOST_TEST`.

mod stage;

use std::fs;

use serde_json::Value;

use stage::{Ran, Stage, wkg};

/// Pushes and returns what was said.
#[track_caller]
fn refused(ran: &Ran, said: &[&str]) {
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    for words in said {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
}

#[test]
fn what_is_pulled_is_what_was_pushed_and_passes_the_recordings() {
    let stage = Stage::new();
    let pushed = stage.push("a/b", &[]).succeeded();
    assert_eq!(stage.tags(), ["a/b/integration/provider:0.1.0", "a/b/nexthink/connector:0.1.0"]);

    let digests = stage.digests();
    for (what, repository) in [("component", "a/b/nexthink/connector"), ("contract", "a/b/integration/provider")] {
        let at = format!("{}/{repository}", stage.host());
        assert_eq!(digests[what], at);
        let digest = &digests[&format!("{what}-digest")];
        assert!(pushed.out.contains(digest), "{}", pushed.out);
        let made = fs::read(stage.packaged(what)).unwrap();
        for reference in [format!("{at}:0.1.0"), format!("{at}@{digest}")] {
            let empty = tempfile::tempdir().unwrap();
            let file = empty.path().join("pulled.wasm");
            stage.pull(&reference, &file).succeeded();
            assert!(fs::read(&file).unwrap() == made, "{reference}");
            if what == "component" {
                stage.play(&file).succeeded();
            }
        }
        // The tag has not moved, and another client reads the same.
        let manifest = stage.skopeo_manifest(&format!("{at}:0.1.0"));
        assert_eq!(stage::digest(manifest.as_bytes()), *digest);
        assert!(stage.skopeo_layer(&format!("{at}@{digest}")) == made);
    }
}

#[test]
fn annotations_come_from_cargo_and_from_the_commit() {
    let stage = Stage::new();
    stage.push("a", &[]).succeeded();
    let cargo = stage.cargo_package();
    for (repository, title) in
        [("nexthink/connector", "nexthink-connector"), ("integration/provider", "integration:provider")]
    {
        let manifest = stage.skopeo_manifest(&format!("{}/a/{repository}:0.1.0", stage.host()));
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let said =
            |key: &str| manifest["annotations"][format!("org.opencontainers.image.{key}")].as_str().unwrap().to_owned();
        assert_eq!(said("title"), title);
        assert_eq!(said("version"), "0.1.0");
        assert_eq!(said("licenses"), cargo["license"].as_str().unwrap());
        assert_eq!(said("authors"), cargo["authors"][0].as_str().unwrap());
        assert_eq!(said("source"), cargo["repository"].as_str().unwrap());
        assert_eq!(said("documentation"), cargo["repository"].as_str().unwrap());
        assert_eq!(said("revision"), stage.git(&["rev-parse", "HEAD"]));
        assert_eq!(said("created"), stage::COMMITTED_UTC);
        if title == "nexthink-connector" {
            assert_eq!(said("description"), cargo["description"].as_str().unwrap());
        } else {
            assert!(said("description").starts_with("A connector for an integration platform"));
        }
        assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
        assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
        assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn package_names_lead_to_both() {
    let stage = Stage::new();
    stage.push("a", &[]).succeeded();
    for (name, what) in [("nexthink:connector@0.1.0", "component"), ("integration:provider@0.1.0", "contract")] {
        let file = stage.get("a", name);
        assert!(fs::read(file).unwrap() == fs::read(stage.packaged(what)).unwrap(), "{name}");
    }
}

#[test]
fn what_exists_is_not_pushed_again() {
    let stage = Stage::new();
    stage.push("a", &[]).succeeded();
    let before = stage.store();
    refused(&stage.push("a", &[]), &["/a/nexthink/connector:0.1.0 exists", "raise `version` in Cargo.toml"]);
    assert_eq!(stage.store(), before);
}

#[test]
fn a_contract_that_is_there_is_left_and_the_component_follows() {
    let stage = Stage::new();
    stage.push_contract("a", "0.1.0").succeeded();
    let ran = stage.push("a", &[]).succeeded();
    assert!(ran.out.contains(&format!("unchanged  {}/a/integration/provider:0.1.0", stage.host())), "{}", ran.out);
    assert_eq!(stage.tags(), ["a/integration/provider:0.1.0", "a/nexthink/connector:0.1.0"]);
}

#[test]
fn a_contract_does_not_change_without_its_version() {
    let stage = Stage::new();
    stage.push_contract("a", "0.1.0").succeeded();
    stage.change("wit/provider.wit", "/// A provider and the form", "/// A provider with the form");
    stage.package();
    let before = stage.store();
    let ran = stage.push("a", &[]);
    refused(&ran, &["/a/integration/provider:0.1.0 exists with other contents", "`package` line of wit/types.wit"]);
    assert_eq!(stage.store(), before);
}

#[test]
fn a_contract_that_breaks_its_track_is_refused() {
    let stage = Stage::new();
    // A version that was never published lies between.
    stage.push_contract("a", "0.1.0").succeeded();
    stage.change("wit/types.wit", "provider@0.1.0;", "provider@0.1.2;");
    stage.change("wit/access.wit", "  authorize: func(", "  more: func();\n  authorize: func(");
    stage.package();
    let before = stage.store();
    let ran = stage.push("a", &[]);
    refused(&ran, &["the contract 0.1.2 may not follow 0.1.0: the world `", "wit/README.md"]);
    assert_eq!(stage.store(), before);
}

#[test]
fn a_contract_that_only_grows_follows() {
    let stage = Stage::new();
    stage.push_contract("a", "0.1.0").succeeded();
    stage.change("wit/types.wit", "provider@0.1.0;", "provider@0.1.1;");
    let added = "@since(version = 0.1.1)\ninterface more { f: func(); }\n@since(version = 0.1.1)\n\
                 world all { include connector; export more; }\n";
    stage.append("wit/worlds.wit", added);
    stage.package();
    stage.push("a", &[]).succeeded();
    assert!(stage.tags().contains(&"a/integration/provider:0.1.1".to_owned()), "{:?}", stage.tags());
}

#[test]
fn a_flipped_byte_in_the_store_is_noticed() {
    let stage = Stage::new();
    stage.push("a", &[]).succeeded();
    let digests = stage.digests();
    stage.flip(&stage::digest(&fs::read(stage.packaged("component")).unwrap()));
    let empty = tempfile::tempdir().unwrap();
    let file = empty.path().join("pulled.wasm");
    for reference in
        [format!("{}:0.1.0", digests["component"]), format!("{}@{}", digests["component"], digests["component-digest"])]
    {
        let ran = stage.pull(&reference, &file);
        assert!(ran.status != 0 && ran.err.contains("Digest error"), "{}{}", ran.out, ran.err);
        assert!(!file.exists());
    }
    refused(&stage.push("a", &[]), &["the registry gives other bytes than their digest names", "its store is damaged"]);
}

#[test]
fn plain_http_needs_the_switch() {
    let stage = Stage::new();
    let ran = stage.push_over_tls("a");
    refused(&ran, &["the registry does not speak TLS", "INSECURE=1"]);
    assert!(stage.tags().is_empty());
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    let stage = Stage::new();
    stage.stop();
    refused(&stage.push("a", &[]), &[&format!("cannot ask {}/a: the registry cannot be reached", stage.host())]);
    assert!(stage.tags().is_empty());
}

#[test]
fn wrong_credentials_leave_nothing_behind() {
    let stage = Stage::with_password();
    for credentials in [None, Some("publisher:wrong")] {
        stage.log_in(credentials);
        let said =
            [&*format!("the registry refuses the credentials, or there are none; run `docker login {}`", stage.host())];
        let ran = stage.push("a", &[]);
        refused(&ran, &said);
        assert!(!ran.err.contains("wrong"), "{}", ran.err);
        assert!(stage.store().is_empty(), "{:?}", stage.store());
    }
    stage.log_in(Some(stage::CREDENTIALS));
    stage.push("a", &[]).succeeded();
    assert_eq!(stage.tags().len(), 2);
}

#[test]
fn only_a_commit_is_published_under_the_tag_of_its_version() {
    let stage = Stage::new();
    refused(&stage.push("a", &["--tag", "v0.2.0"]), &["the tag v0.2.0 is not v0.1.0, the version in Cargo.toml"]);
    fs::write(stage.clone_path("fixtures/extra.txt"), "not committed").unwrap();
    refused(&stage.push("a", &[]), &["is not what the sources give; run `make package` again"]);
    stage.package();
    refused(&stage.push("a", &[]), &["there are changes that are in no commit", "fixtures/extra.txt"]);
    assert!(stage.tags().is_empty());
}

#[test]
fn the_program_that_pushes_has_to_be_there() {
    let stage = Stage::new();
    let ran = stage.push_with("no/such/wkg", "a");
    refused(&ran, &["no/such/wkg cannot be run"]);
    assert!(wkg().exists());
}
