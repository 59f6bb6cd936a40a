//! A look at a component's structure before anything is compiled.
//!
//! Compiling takes time and memory out of proportion to size: 2.5 KB that instantiate each
//! other twice over twenty levels never end. What is counted here grows a compiler's work
//! faster than the file, and real connectors have little of it.

use std::collections::VecDeque;

use wasmparser::{
    BinaryReaderError, BlockType, ComponentInstance, ComponentType, CompositeInnerType, FunctionBody,
    FunctionSectionReader, Operator, Parser, Payload, TypeSectionReader,
};

use super::load_error::LoadError;

/// Something that is counted, the most that is compiled, and what it is called. The
/// Nexthink connector has the numbers in the comments; other programs may have twenty times
/// as much in a function.
struct Most {
    what: &'static str,
    limit: u64,
}

/// 1: connectors are one component; composed ones have two or three.
const COMPONENTS: Most = Most { what: "nested components", limit: 16 };
/// 4: code, and what connects it to the canonical ABI.
const MODULES: Most = Most { what: "modules", limit: 64 };
/// 2: a module in a component.
const NESTING: Most = Most { what: "levels of nested components", limit: 5 };
/// 0. Instantiating each other, so many make a few hundred instances at most.
const INSTANTIATIONS: Most = Most { what: "instantiations of components", limit: 16 };
/// 5.
const CORE_INSTANTIATIONS: Most = Most { what: "instantiations of modules", limit: 64 };
/// 0: the contract has none, and their tables would be memory beyond any limit.
const RESOURCES: Most = Most { what: "resource types", limit: 0 };
/// 11,000 bytes.
const FUNCTION_BYTES: Most = Most { what: "bytes in one function", limit: 256 * 1024 };
/// 37, parameters left out.
const LOCALS: Most = Most { what: "local variables in one function", limit: 1_000 };
/// 16: the canonical ABI passes more in memory. Each call and branch hands on all of them.
const VALUES: Most = Most { what: "parameters or results of a function or block", limit: 64 };
/// 47: LLVM nests a block for each arm of a `match`.
const BLOCK_DEPTH: Most = Most { what: "nested blocks in one function", limit: 1_000 };
/// 4: people do not nest more, and inlining adds a few.
const LOOP_DEPTH: Most = Most { what: "nested loops in one function", limit: 32 };
/// Blocks times variables: a compiler asks at each block for each local variable, parameter,
/// and value that enters or leaves the block. 6,300.
const BLOCKS_BY_VARIABLES: Most = Most { what: "blocks times variables in one function", limit: 500_000 };
/// 76.
const BRANCH_TARGETS: Most = Most { what: "targets of branch tables in one function", limit: 10_000 };
/// 731.
const FUNCTIONS: Most = Most { what: "functions", limit: 100_000 };
/// 70.
const EXPORTS: Most = Most { what: "imports and exports of modules", limit: 10_000 };

impl Most {
    fn check(&self, count: u64) -> Result<(), LoadError> {
        if count <= self.limit {
            return Ok(());
        }
        Err(LoadError::TooComplex { what: self.what, limit: self.limit })
    }
}

/// Refuses a component whose structure is beyond what is compiled.
///
/// # Errors
///
/// [`LoadError::TooComplex`]
pub fn check(bytes: &[u8]) -> Result<(), LoadError> {
    let mut seen = Seen::default();
    for payload in Parser::new(0).parse_all(bytes) {
        seen.add(&payload.map_err(broken)?)?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn broken(error: BinaryReaderError) -> LoadError {
    LoadError::Broken { at: error.offset() }
}

#[derive(Default)]
struct Seen {
    depth: u64,
    components: u64,
    modules: u64,
    instantiations: u64,
    core_instantiations: u64,
    functions: u64,
    exports: u64,
    module: Module,
}

/// What is known of a module when its code is read.
#[derive(Default)]
struct Module {
    /// How many parameters and results each type has. Zero where it is no function.
    types: Vec<(u64, u64)>,
    /// The type of each function whose code is still to come.
    functions: VecDeque<u32>,
}

impl Module {
    /// Adds the types of a section.
    fn add_types(&mut self, types: TypeSectionReader<'_>) -> Result<(), LoadError> {
        for group in types {
            for ty in group.map_err(broken)?.into_types() {
                let (params, results) = match ty.composite_type.inner {
                    CompositeInnerType::Func(ty) => (ty.params().len() as u64, ty.results().len() as u64),
                    _ => (0, 0),
                };
                VALUES.check(params.max(results))?;
                self.types.push((params, results));
            }
        }
        Ok(())
    }

    /// Adds the functions of a section.
    fn add_functions(&mut self, functions: FunctionSectionReader<'_>) -> Result<(), LoadError> {
        functions.into_iter().try_for_each(|ty| ty.map(|ty| self.functions.push_back(ty)).map_err(broken))
    }

    /// Returns the parameters and results of a type; none of one that is not there, which
    /// does not validate.
    fn arity(&self, ty: u32) -> (u64, u64) {
        let known = usize::try_from(ty).ok().and_then(|ty| self.types.get(ty));
        known.copied().unwrap_or_default()
    }

    /// Returns how many values enter and leave a block.
    fn values(&self, ty: BlockType) -> u64 {
        match ty {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(ty) => {
                let (params, results) = self.arity(ty);
                params + results
            }
        }
    }
}

/// Adds to a count and checks it.
fn count(count: &mut u64, more: u32, most: &Most) -> Result<(), LoadError> {
    *count += u64::from(more);
    most.check(*count)
}

impl Seen {
    fn add(&mut self, payload: &Payload<'_>) -> Result<(), LoadError> {
        match payload {
            Payload::Version { .. } => {
                // A module is in a component, and nothing is in a module.
                self.module = Module::default();
                count(&mut self.depth, 1, &NESTING)
            }
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Payload::ComponentSection { .. } => count(&mut self.components, 1, &COMPONENTS),
            Payload::ModuleSection { .. } => count(&mut self.modules, 1, &MODULES),
            Payload::InstanceSection(instances) => {
                count(&mut self.core_instantiations, instances.count(), &CORE_INSTANTIATIONS)
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances.clone() {
                    if matches!(instance.map_err(broken)?, ComponentInstance::Instantiate { .. }) {
                        count(&mut self.instantiations, 1, &INSTANTIATIONS)?;
                    }
                }
                Ok(())
            }
            Payload::ComponentTypeSection(types) => {
                for ty in types.clone() {
                    if matches!(ty.map_err(broken)?, ComponentType::Resource { .. }) {
                        RESOURCES.check(1)?;
                    }
                }
                Ok(())
            }
            Payload::ImportSection(imports) => count(&mut self.exports, imports.count(), &EXPORTS),
            Payload::ExportSection(exports) => count(&mut self.exports, exports.count(), &EXPORTS),
            Payload::TypeSection(types) => self.module.add_types(types.clone()),
            Payload::FunctionSection(functions) => {
                count(&mut self.functions, functions.count(), &FUNCTIONS)?;
                self.module.add_functions(functions.clone())
            }
            Payload::CodeSectionEntry(body) => {
                let ty = self.module.functions.pop_front();
                function(body, ty.map_or(0, |ty| self.module.arity(ty).0), &self.module)
            }
            _ => Ok(()),
        }
    }
}

/// Checks one function that has so many parameters.
fn function(body: &FunctionBody<'_>, parameters: u64, module: &Module) -> Result<(), LoadError> {
    FUNCTION_BYTES.check(body.range().len() as u64)?;
    let mut locals = 0;
    for group in body.get_locals_reader().map_err(broken)? {
        count(&mut locals, group.map_err(broken)?.0, &LOCALS)?;
    }
    let (mut blocks_by_variables, mut targets, mut loops) = (0, 0, 0);
    // Whether each open block is a loop.
    let mut open = Vec::new();
    for operator in body.get_operators_reader().map_err(broken)? {
        let ty = match operator.map_err(broken)? {
            Operator::Block { blockty } | Operator::If { blockty } => {
                open.push(false);
                blockty
            }
            Operator::TryTable { try_table } => {
                open.push(false);
                try_table.ty
            }
            Operator::Loop { blockty } => {
                open.push(true);
                count(&mut loops, 1, &LOOP_DEPTH)?;
                blockty
            }
            Operator::End => {
                if open.pop() == Some(true) {
                    loops -= 1;
                }
                continue;
            }
            Operator::BrTable { targets: table } => {
                count(&mut targets, table.len(), &BRANCH_TARGETS)?;
                continue;
            }
            _ => continue,
        };
        BLOCK_DEPTH.check(open.len() as u64)?;
        blocks_by_variables += locals + parameters + module.values(ty);
        BLOCKS_BY_VARIABLES.check(blocks_by_variables)?;
    }
    Ok(())
}
