//! What every target holds its inputs to holds for what the recordings give.

use std::path::Path;

use host_test_fuzz::seeds::Seeds;
use host_test_fuzz::{component, entries, har, loader, operations, page, responses};

fn seeds() -> Seeds {
    Seeds::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")).unwrap()
}

#[test]
fn every_seed_holds() {
    for (target, inputs) in seeds().inputs {
        let check = match target {
            "resolve" => entries::resolve,
            "token_response" => responses::token_response,
            "api_response" => responses::api_response,
            "operation_input" => operations::operation_input,
            "resume" => operations::resume,
            "har" => har::har,
            "component" => component::component,
            "loader" => loader::loader,
            "page" => page::page,
            // Compiled for fuzzing alone.
            "guard" => continue,
            other => panic!("{other} is no target"),
        };
        assert!(inputs.len() >= 10, "{target} has {} seeds", inputs.len());
        for (name, input) in inputs {
            println!("{target} {name}");
            check(&input);
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
