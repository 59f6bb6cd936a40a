//! Components that are not even loaded.

use super::Case;
use crate::dummy;

fn not_exported(name: &'static str, items: &str, used: &str) -> Case {
    Case {
        name,
        component: dummy::beside_the_contract(&format!("package evil:things; world test {{ {items} }}")),
        code: "component-not-loaded",
        message: format!(
            "the component uses {used} without exporting it, so that it asks the host for it; export it beside the \
             interfaces that use it"
        ),
        rule: "loads",
    }
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name, wit, imports| Case {
        name,
        component: dummy::beside_the_contract(wit),
        code: "component-not-loaded",
        message: format!("the component imports {imports}; a component of this contract imports nothing"),
        rule: "loads",
    };
    vec![
        case(
            "an import of WASI",
            "package wasi:sockets@0.2.3; interface tcp { connect: func(host: string); }
            world test { import tcp; include integration:provider/provider-only@0.1.0; }",
            "`wasi:sockets/tcp@0.2.3`",
        ),
        case(
            "an import of an unknown interface",
            "package evil:things; interface spy { tell: func(text: string); }
            world test { import spy; include integration:provider/provider-only@0.1.0; }",
            "`evil:things/spy`",
        ),
        not_exported(
            "an import of the contract itself",
            "import integration:provider/access@0.1.0; include integration:provider/provider-only@0.1.0;",
            "`integration:provider/types@0.1.0`, `integration:provider/access@0.1.0`",
        ),
        not_exported(
            "a sign-in without what reads the response to it",
            "export integration:provider/provider@0.1.0; export integration:provider/authorization-code@0.1.0;",
            "`integration:provider/types@0.1.0`, `integration:provider/token@0.1.0`",
        ),
    ]
}
