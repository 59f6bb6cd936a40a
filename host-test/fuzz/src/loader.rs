//! Files that are nearly components.

use connector_host::{Component, ComponentInfo, Connector, Limits, LoadError, check_structure};
use wasmparser::{ComponentInstance, ComponentType, FunctionBody, Operator, Parser, Payload};

/// Longest component that is compiled, in bytes. Compiling a longer one takes so long that
/// hardly anything else would be tried.
const COMPILED: usize = 8 * 1024;

/// Reads any file, looks at its structure and compiles what passes, which the counts
/// keep short.
pub fn loader(input: &[u8]) {
    let info = match ComponentInfo::read(input) {
        Ok(info) => info,
        Err(LoadError::Broken { at }) => return assert!(at <= input.len(), "{at} of {}", input.len()),
        Err(LoadError::CoreModule | LoadError::NotWebAssembly) => return,
        Err(other) => panic!("a reader has no such reason: {other}"),
    };
    let metadata = info.metadata.iter().map(|(name, text)| name.len() + text.len());
    let names = info.imports.iter().chain(&info.exports).map(String::len);
    assert!(metadata.chain(names).sum::<usize>() <= input.len(), "it says more than is in it: {info:?}");
    match check_structure(input) {
        Ok(()) => {}
        Err(LoadError::Broken { at }) => return assert!(at <= input.len(), "{at} of {}", input.len()),
        Err(LoadError::TooComplex { .. }) => return,
        Err(other) => panic!("a look at the structure has no such reason: {other}"),
    }
    Counted::of(input).assert_within();
    if input.len() <= COMPILED {
        compiled(input, &info);
    }
}

/// Compiles a component whose structure passed, and has it describe itself.
fn compiled(input: &[u8], info: &ComponentInfo) {
    let limits = Limits { fuel: 1_000_000, ..Limits::default() };
    match Component::load(input, limits) {
        Ok(component) => {
            assert_eq!(component.info(), info);
            assert!(info.imports.is_empty() && info.exports_interface("provider"), "{info:?}");
            // Whatever it returns, the guard has a verdict.
            drop(Connector::new(component));
        }
        Err(LoadError::OtherContract { exports }) => assert_eq!(exports, info.exports),
        Err(LoadError::Imports(imports) | LoadError::NotExported(imports)) => assert_eq!(imports, info.imports),
        Err(LoadError::Memory { bytes, .. }) => assert_eq!(bytes, info.memory_minimum),
        Err(LoadError::Invalid(why) | LoadError::TypeMismatch(why)) => assert!(!why.is_empty()),
        Err(other) => panic!("what has passed is refused: {other}"),
    }
}

/// What a component consists of, counted without regard to what the check counts when.
#[derive(Debug, Default)]
struct Counted {
    components: u64,
    modules: u64,
    deepest: u64,
    instantiations: u64,
    core_instantiations: u64,
    resources: u64,
    functions: u64,
    exports: u64,
    function: Function,
}

/// The most of each count in one function.
#[derive(Debug, Default)]
struct Function {
    bytes: u64,
    locals: u64,
    blocks: u64,
    loops: u64,
    blocks_by_variables: u64,
    targets: u64,
}

impl Counted {
    fn of(component: &[u8]) -> Self {
        let (mut all, mut depth) = (Self::default(), 0);
        for payload in Parser::new(0).parse_all(component) {
            match payload.expect("it was read before") {
                Payload::Version { .. } => {
                    depth += 1;
                    all.deepest = all.deepest.max(depth);
                }
                Payload::End(_) => depth -= 1,
                Payload::ComponentSection { .. } => all.components += 1,
                Payload::ModuleSection { .. } => all.modules += 1,
                Payload::InstanceSection(items) => all.core_instantiations += items.into_iter().count() as u64,
                Payload::ComponentInstanceSection(items) => {
                    let instantiates = |item: &_| matches!(item, Ok(ComponentInstance::Instantiate { .. }));
                    all.instantiations += items.into_iter().filter(instantiates).count() as u64;
                }
                Payload::ComponentTypeSection(items) => {
                    let is_resource = |item: &_| matches!(item, Ok(ComponentType::Resource { .. }));
                    all.resources += items.into_iter().filter(is_resource).count() as u64;
                }
                Payload::ImportSection(items) => all.exports += items.into_iter().count() as u64,
                Payload::ExportSection(items) => all.exports += items.into_iter().count() as u64,
                Payload::CodeSectionEntry(body) => {
                    all.functions += 1;
                    all.function.add(&body);
                }
                _ => {}
            }
        }
        all
    }

    fn assert_within(&self) {
        let Self { function, .. } = self;
        for (counted, most) in [
            (self.components, 16),
            (self.modules, 64),
            (self.deepest, 5),
            (self.instantiations, 16),
            (self.core_instantiations, 64),
            (self.resources, 0),
            (self.functions, 100_000),
            (self.exports, 10_000),
            (function.bytes, 256 * 1024),
            (function.locals, 1_000),
            (function.blocks, 1_000),
            (function.loops, 32),
            (function.blocks_by_variables, 500_000),
            (function.targets, 10_000),
        ] {
            assert!(counted <= most, "{counted} is more than {most}: {self:?}");
        }
    }
}

impl Function {
    fn add(&mut self, body: &FunctionBody<'_>) {
        let groups = body.get_locals_reader().expect("it was read before").into_iter();
        let locals: u64 = groups.map(|group| u64::from(group.expect("it was read before").0)).sum();
        let (mut all, mut targets, mut open) = (0, 0, Vec::new());
        for operator in body.get_operators_reader().expect("it was read before") {
            let operator = operator.expect("it was read before");
            match operator {
                Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } | Operator::Loop { .. } => {
                    all += 1;
                    open.push(matches!(operator, Operator::Loop { .. }));
                    self.blocks = self.blocks.max(open.len() as u64);
                    self.loops = self.loops.max(open.iter().filter(|is_loop| **is_loop).count() as u64);
                }
                Operator::End => _ = open.pop(),
                Operator::BrTable { targets: table } => targets += u64::from(table.len()),
                _ => {}
            }
        }
        self.bytes = self.bytes.max(body.range().len() as u64);
        self.locals = self.locals.max(locals);
        self.blocks_by_variables = self.blocks_by_variables.max(all * locals);
        self.targets = self.targets.max(targets);
    }
}
