//! The component, built as a host gets it.

use std::path::Path;

use wasmparser::{Parser, Payload};

#[test]
fn the_component_imports_nothing_and_exports_the_world() {
    let bytes = component_build::component(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
    let mut exports = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) if depth > 0 => depth -= 1,
            Payload::ComponentImportSection(_) if depth == 0 => panic!("the component imports something"),
            Payload::ComponentExportSection(section) if depth == 0 => {
                exports.extend(section.into_iter().map(|export| export.unwrap().name.name.to_owned()));
            }
            _ => {}
        }
    }
    exports.sort_unstable();
    let expected = ["access", "operations", "provider", "types"];
    assert_eq!(exports, expected.map(|name| format!("integration:provider/{name}@0.1.0")));
}
