//! Every command shown in the README prints what the README shows, and its examples
//! are the files that are compiled and run.

use super::{host_test, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// Returns the commands of `console` blocks with what they print.
fn shown(readme: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let blocks = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    for line in blocks.flat_map(str::lines) {
        if let Some(command) = line.strip_prefix("$ host-test ") {
            commands.push((command.to_owned(), String::new()));
        } else {
            let (_, printed) = commands.last_mut().expect("a block begins with a command");
            printed.push_str(line);
            printed.push('\n');
        }
    }
    commands
}

#[test]
fn commands_print_what_the_readme_shows() {
    let readme = readme();
    let commands = shown(&readme);
    assert!(commands.len() >= 3, "the README shows commands");
    for (command, printed) in commands {
        // The lines of CSV end with two characters, those of the README with one.
        let out = host_test(&command.split(' ').collect::<Vec<_>>()).out.replace("\r\n", "\n");
        assert_eq!(out, printed, "$ host-test {command}");
    }
}

#[test]
fn examples_are_the_files_that_run() {
    let readme = readme();
    for (language, file) in [
        ("rust", "crates/host/examples/embed.rs"),
        ("js", "host-test/runtimes/node/example.js"),
        ("python", "host-test/runtimes/python/example.py"),
    ] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let shown: Vec<_> = readme.split(&format!("```{language}\n")).skip(1).collect();
        assert_eq!(shown.len(), 1, "the README shows one example in {language}");
        assert!(shown[0].starts_with(&format!("{text}```\n")), "the README shows {file} as it is");
    }
}

#[test]
fn every_operation_has_its_row() {
    let readme = readme();
    let offered = host_test(&["operations", "--json"]).succeeded().json();
    let offered = offered["operations"].as_array().unwrap();
    assert!(!offered.is_empty());
    let text = |operation: &serde_json::Value, name: &str| operation[name].as_str().unwrap().to_owned();
    for operation in offered {
        let [id, title, permission, effect] = ["id", "title", "permission", "effect"].map(|name| text(operation, name));
        let row = format!("| `{id}` | {title} | {permission} | {effect} | ");
        assert!(readme.contains(&row), "{row}");
    }
}

#[test]
fn make_targets_of_the_readme_exist() {
    let readme = readme();
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let named: Vec<_> =
        readme.split("make ").skip(1).filter_map(|rest| rest.split([' ', '`', '\n', ',']).next()).collect();
    for target in ["run", "test", "check"] {
        assert!(named.contains(&target), "the README names make {target}");
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "make {target} exists");
    }
}
