//! `docs/write-a-connector.md`, followed to the letter.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use test_support::root;

/// Returns the blocks of a language, in order.
fn blocks<'a>(guide: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    let blocks = guide.split(&begin).skip(1);
    blocks.map(|rest| rest.split_once("```\n").expect("a block ends").0).collect()
}

/// Runs the lines of a block.
fn run(script: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_host-test")).parent().unwrap();
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = env::join_paths([program.to_owned()].into_iter().chain(env::split_paths(&paths))).unwrap();
    let output = Command::new("sh").args(["-euc", script]).current_dir(folder).env("PATH", paths).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{script}\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn the_guide_leads_from_an_empty_folder_to_no_broken_rule() {
    let guide = fs::read_to_string(root().join("docs/write-a-connector.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    std::os::unix::fs::symlink(root(), at("nexthink-connector")).unwrap();
    let [package, build, check] = blocks(&guide, "sh")[..] else { panic!("three blocks of commands") };

    run(package, folder.path());
    let [toml] = blocks(&guide, "toml")[..] else { panic!("one Cargo.toml") };
    fs::write(at("github/Cargo.toml"), toml).unwrap();
    fs::write(at("github/src/lib.rs"), blocks(&guide, "rust").join("\n")).unwrap();
    let [recording] = blocks(&guide, "json")[..] else { panic!("one recording") };
    fs::create_dir(at("github/recordings")).unwrap();
    fs::write(at("github/recordings/account.har"), recording).unwrap();

    assert!(run(build, folder.path()).contains("GitHub 0.1.0"));
    let verdict = run(check, folder.path());
    let ending = verdict.trim_end().lines().last().unwrap();
    assert!(guide.contains(&format!("It ends with `{ending}`")), "{verdict}");
}
