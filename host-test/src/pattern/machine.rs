//! Matches by backtracking, and counts the steps.

use super::parse::{Node, Set};
use super::{PatternError, STEPS};

/// Most instructions of a program: numbers of repetitions are written out.
const LENGTH: usize = 50_000;

enum Instruction {
    /// Takes one character.
    One(Set),
    Start,
    End,
    Edge(bool),
    /// Goes on at the second place, if what lies before it matches as wanted.
    Ahead(bool, usize),
    /// Goes on at the next place, and failing that at this one.
    Or(usize),
    Jump(usize),
    /// Remembers where a repetition begins.
    Mark(usize),
    /// Ends a repetition that took nothing (ECMA-262 §22.2.2.3.1).
    Progress(usize),
    Matched,
}

pub(super) struct Program {
    instructions: Vec<Instruction>,
    marks: usize,
}

/// What to do after a failure.
enum Retry {
    Go { to: usize, at: usize },
    Restore { mark: usize, at: usize },
}

struct Run<'a> {
    value: &'a [u32],
    marks: Vec<usize>,
    steps: usize,
}

impl Program {
    pub(super) fn new(node: &Node) -> Result<Self, PatternError> {
        let mut program = Self { instructions: Vec::new(), marks: 0 };
        program.add(node)?;
        // The whole value has to match.
        program.push(Instruction::End)?;
        program.push(Instruction::Matched)?;
        Ok(program)
    }

    fn push(&mut self, instruction: Instruction) -> Result<usize, PatternError> {
        if self.instructions.len() == LENGTH {
            return Err(PatternError::Unknown("more repetitions than can be counted"));
        }
        self.instructions.push(instruction);
        Ok(self.instructions.len() - 1)
    }

    fn end(&self) -> usize {
        self.instructions.len()
    }

    fn add(&mut self, node: &Node) -> Result<(), PatternError> {
        match node {
            Node::One(set) => self.push(Instruction::One(set.clone())).map(drop),
            Node::Start => self.push(Instruction::Start).map(drop),
            Node::End => self.push(Instruction::End).map(drop),
            Node::Edge { wanted } => self.push(Instruction::Edge(*wanted)).map(drop),
            Node::Ahead { wanted, inner } => {
                let ahead = self.push(Instruction::Ahead(*wanted, 0))?;
                self.add(inner)?;
                self.push(Instruction::Matched)?;
                self.instructions[ahead] = Instruction::Ahead(*wanted, self.end());
                Ok(())
            }
            Node::Sequence(parts) => parts.iter().try_for_each(|part| self.add(part)),
            Node::Either(options) => {
                let mut ends = Vec::new();
                for (i, option) in options.iter().enumerate() {
                    if i + 1 == options.len() {
                        self.add(option)?;
                    } else {
                        let or = self.push(Instruction::Or(0))?;
                        self.add(option)?;
                        ends.push(self.push(Instruction::Jump(0))?);
                        self.instructions[or] = Instruction::Or(self.end());
                    }
                }
                let end = self.end();
                for jump in ends {
                    self.instructions[jump] = Instruction::Jump(end);
                }
                Ok(())
            }
            Node::Repeat { inner, min, max } => self.repeat(inner, *min, *max),
        }
    }

    fn repeat(&mut self, inner: &Node, min: u32, max: Option<u32>) -> Result<(), PatternError> {
        for _ in 0..min {
            // Without instructions of its own it would be repeated for nothing.
            let begin = self.end();
            self.add(inner)?;
            if self.end() == begin {
                return Ok(());
            }
        }
        let Some(max) = max else {
            let begin = self.push(Instruction::Or(0))?;
            self.once(inner)?;
            self.push(Instruction::Jump(begin))?;
            self.instructions[begin] = Instruction::Or(self.end());
            return Ok(());
        };
        let mut ors = Vec::new();
        for _ in min..max {
            ors.push(self.push(Instruction::Or(0))?);
            self.once(inner)?;
        }
        let end = self.end();
        for or in ors {
            self.instructions[or] = Instruction::Or(end);
        }
        Ok(())
    }

    /// Adds one repetition that has to take something.
    fn once(&mut self, inner: &Node) -> Result<(), PatternError> {
        let mark = self.marks;
        self.marks += 1;
        self.push(Instruction::Mark(mark))?;
        self.add(inner)?;
        self.push(Instruction::Progress(mark)).map(drop)
    }

    /// Returns whether a value matches, and the steps it took. None: too many.
    pub(super) fn run(&self, value: &[u32]) -> Option<(bool, usize)> {
        let mut run = Run { value, marks: vec![usize::MAX; self.marks], steps: 0 };
        let matched = self.run_from(&mut run, 0, 0)?;
        Some((matched, run.steps))
    }

    fn run_from(&self, run: &mut Run<'_>, mut to: usize, mut at: usize) -> Option<bool> {
        let mut retries = Vec::new();
        loop {
            run.steps += 1;
            if run.steps > STEPS {
                return None;
            }
            let goes_on = match &self.instructions[to] {
                Instruction::One(set) => {
                    let taken = run.value.get(at).is_some_and(|character| set.has(*character));
                    at += 1;
                    taken
                }
                Instruction::Start => at == 0,
                Instruction::End => at == run.value.len(),
                Instruction::Edge(wanted) => (run.in_word(at.checked_sub(1)) != run.in_word(Some(at))) == *wanted,
                Instruction::Ahead(wanted, behind) => {
                    let matched = self.run_from(run, to + 1, at)?;
                    to = behind - 1;
                    matched == *wanted
                }
                Instruction::Or(other) => {
                    retries.push(Retry::Go { to: *other, at });
                    true
                }
                Instruction::Jump(next) => {
                    to = *next;
                    continue;
                }
                Instruction::Mark(mark) => {
                    retries.push(Retry::Restore { mark: *mark, at: run.marks[*mark] });
                    run.marks[*mark] = at;
                    true
                }
                Instruction::Progress(mark) => run.marks[*mark] != at,
                Instruction::Matched => return Some(true),
            };
            if goes_on {
                to += 1;
                continue;
            }
            loop {
                match retries.pop() {
                    None => return Some(false),
                    Some(Retry::Restore { mark, at }) => run.marks[mark] = at,
                    Some(Retry::Go { to: next, at: place }) => {
                        (to, at) = (next, place);
                        break;
                    }
                }
            }
        }
    }
}

impl Run<'_> {
    fn in_word(&self, at: Option<usize>) -> bool {
        let character = at.and_then(|at| self.value.get(at)).and_then(|code| char::from_u32(*code));
        character.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    }
}
