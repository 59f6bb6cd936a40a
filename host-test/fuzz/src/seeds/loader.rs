//! Components, sound and hostile.

use test_support::{dummy, hostile};

use super::Seeds;

impl Seeds {
    /// Adds components of the contract's worlds, one of another contract, what is no
    /// component at all, and the hostile ones that are short enough.
    pub(super) fn add_components(&mut self) {
        for world in ["provider-only", "connector"] {
            self.insert("loader", world, dummy::of_the_contract(world));
        }
        let other = "package other:thing@1.0.0; interface a { f: func(); } world test { export a; }";
        self.insert("loader", "another-contract", dummy::of_another_contract(other));
        self.insert("loader", "core-module", b"\0asm\x01\0\0\0".to_vec());
        self.insert("loader", "empty", b"\0asm\x0d\0\x01\0".to_vec());
        let loaded = hostile::cases().into_iter().map(|case| (case.name, case.component));
        for (name, component) in loaded.chain(hostile::compiling::at_the_limits()) {
            self.insert("loader", &name.replace([' ', ','], "-"), component);
        }
    }
}
