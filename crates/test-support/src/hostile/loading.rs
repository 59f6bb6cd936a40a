//! Components that are not even loaded.

use super::Case;
use crate::dummy;

pub(super) fn cases() -> Vec<Case> {
    let case = |name, wit, message| Case {
        name,
        component: dummy::beside_the_contract(wit),
        code: "component-not-loaded",
        message,
        rule: "loads",
    };
    vec![
        case(
            "an import of WASI",
            "package wasi:sockets@0.2.3; interface tcp { connect: func(host: string); }
            world test { import tcp; export integration:provider/provider@0.1.0; }",
            "the component imports `wasi:sockets/tcp@0.2.3`; a component of this contract imports nothing",
        ),
        case(
            "an import of an unknown interface",
            "package evil:things; interface spy { tell: func(text: string); }
            world test { import spy; export integration:provider/provider@0.1.0; }",
            "the component imports `evil:things/spy`; a component of this contract imports nothing",
        ),
        case(
            "an import of the contract itself",
            "package evil:things; world test {
                import integration:provider/access@0.1.0; export integration:provider/provider@0.1.0; }",
            "the component imports `integration:provider/provider@0.1.0`, `integration:provider/access@0.1.0`; a \
             component of this contract imports nothing",
        ),
    ]
}
