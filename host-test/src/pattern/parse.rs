//! Reads an expression into a tree (ECMA-262 §22.2.1, with the flag `u`).

use super::PatternError;
use super::PatternError::{Invalid, Unknown};

/// How deep groups may nest: reading them takes stack.
const DEPTH: usize = 50;

/// White space and line ends of ECMA-262 §12.2 and §12.3.
const BLANK: [(u32, u32); 10] = [
    (9, 13),
    (32, 32),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];
const DIGIT: [(u32, u32); 1] = [(48, 57)];
const WORD: [(u32, u32); 4] = [(48, 57), (65, 90), (95, 95), (97, 122)];
const LINE_END: [(u32, u32); 3] = [(10, 10), (13, 13), (0x2028, 0x2029)];

/// One part of an expression.
#[derive(Debug)]
pub(super) enum Node {
    /// One character of a set.
    One(Set),
    /// The beginning of the value.
    Start,
    /// Its end.
    End,
    /// The edge of a word, or anything but that.
    Edge { wanted: bool },
    /// What follows matches, or does not.
    Ahead { wanted: bool, inner: Box<Node> },
    /// One after the other.
    Sequence(Vec<Node>),
    /// One of them.
    Either(Vec<Node>),
    /// Repeated.
    Repeat { inner: Box<Node>, min: u32, max: Option<u32> },
}

/// Holds characters as ranges, sorted and apart from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(pub(super) Vec<(u32, u32)>);

impl Set {
    fn new(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    fn complement(&self) -> Self {
        let mut next = 0;
        let mut others = Vec::new();
        for (low, high) in &self.0 {
            if next < *low {
                others.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= u32::from(char::MAX) {
            others.push((next, char::MAX.into()));
        }
        Self(others)
    }

    pub(super) fn has(&self, character: u32) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&character))
    }
}

pub(super) fn parse(text: &str) -> Result<Node, PatternError> {
    let mut parser = Parser { rest: text.chars().collect(), at: 0, depth: 0 };
    let node = parser.either()?;
    if parser.peek().is_some() { Err(Invalid("a group is closed that was not opened")) } else { Ok(node) }
}

struct Parser {
    rest: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let taken = self.peek();
        self.at += 1;
        taken
    }

    fn skip(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(i, c)| self.rest.get(self.at + i) == Some(&c));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn either(&mut self) -> Result<Node, PatternError> {
        let mut options = vec![self.sequence()?];
        while self.skip("|") {
            options.push(self.sequence()?);
        }
        Ok(if options.len() == 1 { options.remove(0) } else { Node::Either(options) })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut parts = Vec::new();
        while self.peek().is_some_and(|c| c != '|' && c != ')') {
            let atom = self.atom()?;
            parts.push(self.repeated(atom)?);
        }
        Ok(Node::Sequence(parts))
    }

    fn atom(&mut self) -> Result<Node, PatternError> {
        match self.take().unwrap_or_default() {
            '^' => Ok(Node::Start),
            '$' => Ok(Node::End),
            '.' => Ok(Node::One(Set(LINE_END.into()).complement())),
            '(' => self.group(),
            '[' => self.class().map(Node::One),
            '\\' if self.skip("b") => Ok(Node::Edge { wanted: true }),
            '\\' if self.skip("B") => Ok(Node::Edge { wanted: false }),
            '\\' => self.escape(false).map(Node::One),
            '*' | '+' | '?' | '{' => Err(Invalid("there is nothing to repeat")),
            '}' | ']' => Err(Invalid("a bracket is closed that was not opened")),
            c => Ok(one(c.into())),
        }
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        let wanted = match () {
            () if self.skip("?=") => Some(true),
            () if self.skip("?!") => Some(false),
            () if self.skip("?<=") || self.skip("?<!") => return Err(Unknown("a look behind")),
            () if self.skip("?:") => None,
            () if self.skip("?<") => {
                while self.take().is_some_and(|c| c != '>') {}
                None
            }
            () if self.skip("?") => return Err(Unknown("a group that is not known")),
            () => None,
        };
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unknown("groups that nest too deeply"));
        }
        let inner = self.either()?;
        self.depth -= 1;
        if !self.skip(")") {
            return Err(Invalid("a group is not closed"));
        }
        Ok(match wanted {
            Some(wanted) => Node::Ahead { wanted, inner: inner.into() },
            None => inner,
        })
    }

    fn repeated(&mut self, inner: Node) -> Result<Node, PatternError> {
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                let limits = self.limits()?;
                if self.peek() != Some('}') {
                    return Err(Invalid("a number of repetitions is not closed"));
                }
                limits
            }
            _ => return Ok(inner),
        };
        self.at += 1;
        // Whether it prefers few repetitions makes no difference to what matches.
        self.skip("?");
        if matches!(inner, Node::Start | Node::End | Node::Edge { .. } | Node::Ahead { .. }) {
            return Err(Invalid("something without length is repeated"));
        }
        if max.is_some_and(|max| max < min) {
            return Err(Invalid("a number of repetitions is upside down"));
        }
        Ok(Node::Repeat { inner: inner.into(), min, max })
    }

    fn limits(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let min = self.number()?.ok_or(Invalid("a number of repetitions is missing"))?;
        Ok(if self.skip(",") { (min, self.number()?) } else { (min, Some(min)) })
    }

    fn number(&mut self) -> Result<Option<u32>, PatternError> {
        let begin = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.rest[begin..self.at].iter().collect();
        if digits.is_empty() {
            return Ok(None);
        }
        digits.parse().map(Some).map_err(|_| Unknown("a number of repetitions that is too large"))
    }

    /// Reads what follows a bracket.
    fn class(&mut self) -> Result<Set, PatternError> {
        let others = self.skip("^");
        let mut ranges = Vec::new();
        loop {
            let low = match self.take() {
                None => return Err(Invalid("a bracket is not closed")),
                Some(']') => break,
                Some('\\') => self.escape(true)?,
                Some(c) => Set(vec![(c.into(), c.into())]),
            };
            let has_end = self.peek() == Some('-') && self.rest.get(self.at + 1).is_some_and(|c| *c != ']');
            if !has_end {
                ranges.extend(low.0);
                continue;
            }
            self.at += 1;
            let high = match self.take() {
                Some('\\') => self.escape(true)?,
                Some(c) => Set(vec![(c.into(), c.into())]),
                None => return Err(Invalid("a bracket is not closed")),
            };
            match (&low.0[..], &high.0[..]) {
                ([(low, same)], [(high, also)]) if low == same && high == also && low <= high => {
                    ranges.push((*low, *high));
                }
                _ => return Err(Invalid("a range of characters has no ends, or they are upside down")),
            }
        }
        let set = Set::new(ranges);
        Ok(if others { set.complement() } else { set })
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, in_class: bool) -> Result<Set, PatternError> {
        let c = self.take().ok_or(Invalid("it ends with a backslash"))?;
        let class = |ranges: &[(u32, u32)], others: bool| {
            let set = Set(ranges.into());
            Ok(if others { set.complement() } else { set })
        };
        let code = match c {
            'd' | 'D' => return class(&DIGIT, c == 'D'),
            'w' | 'W' => return class(&WORD, c == 'W'),
            's' | 'S' => return class(&BLANK, c == 'S'),
            'p' | 'P' => return Err(Unknown("a property of characters")),
            '1'..='9' | 'k' => return Err(Unknown("a reference to a group")),
            't' => 9,
            'n' => 10,
            'v' => 11,
            'f' => 12,
            'r' => 13,
            'b' if in_class => 8,
            '-' if in_class => 45,
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => 0,
            'c' => match self.take() {
                Some(letter) if letter.is_ascii_alphabetic() => u32::from(letter) % 32,
                _ => return Err(Invalid("a control character has no letter")),
            },
            'x' => self.hexadecimal(2)?,
            'u' => self.unicode()?,
            c if "^$\\.*+?()[]{}|/".contains(c) => c.into(),
            _ => return Err(Invalid("a backslash stands before something that it means nothing for")),
        };
        Ok(Set(vec![(code, code)]))
    }

    fn unicode(&mut self) -> Result<u32, PatternError> {
        if self.skip("{") {
            let begin = self.at;
            while self.peek().is_some_and(|c| c != '}') {
                self.at += 1;
            }
            let digits: String = self.rest[begin..self.at].iter().collect();
            self.at += 1;
            let code = u32::from_str_radix(&digits, 16).ok().filter(|code| *code <= char::MAX.into());
            return code.ok_or(Invalid("a character is not named by its number"));
        }
        let high = self.hexadecimal(4)?;
        // Two halves of a character beyond the first plane.
        if (0xd800..0xdc00).contains(&high) && self.skip("\\u") {
            let low = self.hexadecimal(4)?;
            return match low {
                0xdc00..0xe000 => Ok(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
                _ => Err(Unknown("half a character")),
            };
        }
        Ok(high)
    }

    fn hexadecimal(&mut self, length: usize) -> Result<u32, PatternError> {
        let digits = (0..length).map(|_| self.take().and_then(|c| c.to_digit(16)));
        let value = digits.collect::<Vec<_>>().into_iter().try_fold(0, |value, digit| digit.map(|d| value * 16 + d));
        value.ok_or(Invalid("a character is not named by its number"))
    }
}

fn one(code: u32) -> Node {
    Node::One(Set(vec![(code, code)]))
}
