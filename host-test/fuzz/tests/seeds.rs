//! What every target holds its inputs to holds for what the recordings give.

use std::fs;
use std::path::Path;

use host_test_fuzz::seeds::Seeds;
use host_test_fuzz::{component, entries, har, loader, operations, page, responses};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn seeds() -> Seeds {
    Seeds::of(&Path::new(FOLDER).join("../../fixtures")).unwrap()
}

/// Returns what a target holds an input to. None: it is compiled for fuzzing alone.
fn check(target: &str) -> Option<fn(&[u8])> {
    Some(match target {
        "resolve" => entries::resolve,
        "token_response" => responses::token_response,
        "api_response" => responses::api_response,
        "operation_input" => operations::operation_input,
        "resume" => operations::resume,
        "har" => har::har,
        "component" => component::component,
        "loader" => loader::loader,
        "page" => page::page,
        "guard" => return None,
        other => panic!("{other} is no target"),
    })
}

#[test]
fn every_seed_holds() {
    for (target, inputs) in seeds().inputs {
        let Some(check) = check(target) else { continue };
        assert!(inputs.len() >= 10, "{target} has {} seeds", inputs.len());
        for (name, input) in inputs {
            println!("{target} {name}");
            check(&input);
        }
    }
}

#[test]
fn every_committed_input_holds_and_they_are_few() {
    for folder in fs::read_dir(Path::new(FOLDER).join("corpus")).unwrap() {
        let folder = folder.unwrap().path();
        let check = check(folder.file_name().unwrap().to_str().unwrap());
        let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        let inputs: Vec<_> = inputs.iter().map(|path| (path, fs::read(path).unwrap())).collect();
        let bytes: usize = inputs.iter().map(|(_, input)| input.len()).sum();
        assert!(inputs.len() <= 20 && bytes <= 100 << 10, "{}: {}, {bytes} bytes", folder.display(), inputs.len());
        for (path, input) in inputs {
            println!("{}", path.display());
            check.inspect(|check| check(&input));
        }
    }
}

#[test]
fn the_dictionary_knows_ids_members_and_headers() {
    let dictionary = seeds().dictionary.to_lowercase();
    for word in ["nql.export", "client_secret", "access_token", "retry-after", "queryid", "x-rate-limit-reset"] {
        assert!(dictionary.contains(&format!("\"{word}\"\n")), "{word}");
    }
}
