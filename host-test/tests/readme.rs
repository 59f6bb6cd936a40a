//! Every command shown in the README prints what the README shows.

use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("host-test lies in the repository")
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
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let commands = shown(&readme);
    assert!(commands.len() >= 3, "the README shows commands");
    for (command, printed) in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_host-test"))
            .args(command.split(' '))
            .current_dir(root())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "$ host-test {command}");
    }
}

#[test]
fn make_targets_of_the_readme_exist() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let named: Vec<_> =
        readme.split("make ").skip(1).filter_map(|rest| rest.split([' ', '`', '\n', ',']).next()).collect();
    for target in ["run", "test", "check"] {
        assert!(named.contains(&target), "the README names make {target}");
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "make {target} exists");
    }
}
