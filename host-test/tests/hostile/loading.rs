//! Components that are not even loaded.

use super::Case;
use crate::common::plugins::dummy_beside_the_contract;

pub(super) fn cases() -> Vec<Case> {
    let case = |name, wit, message| Case {
        name,
        component: dummy_beside_the_contract(wit),
        code: "plugin-not-loaded",
        message,
        rule: "loads",
    };
    vec![
        case(
            "an import of WASI",
            "package wasi:sockets@0.2.3; interface tcp { connect: func(host: string); }
            world plugin { import tcp; export integration:provider/provider@0.1.0; }",
            "the plugin imports `wasi:sockets/tcp@0.2.3`; a plugin of this contract imports nothing",
        ),
        case(
            "an import of an unknown interface",
            "package evil:things; interface spy { tell: func(text: string); }
            world plugin { import spy; export integration:provider/provider@0.1.0; }",
            "the plugin imports `evil:things/spy`; a plugin of this contract imports nothing",
        ),
        case(
            "an import of the contract itself",
            "package evil:things; world plugin {
                import integration:provider/access@0.1.0; export integration:provider/provider@0.1.0; }",
            "the plugin imports `integration:provider/provider@0.1.0`, `integration:provider/access@0.1.0`; a plugin of this contract imports nothing",
        ),
    ]
}
