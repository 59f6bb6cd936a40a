//! The structure of a pattern, and values made of it: such as match, and such as take
//! long.
//!
//! `regex-syntax` reads another dialect than ECMA-262; whatever it misreads makes a value
//! that does not match, which is found out and costs nothing.

use std::collections::BTreeSet;

use fastrand::Rng;
use regex_syntax::hir::{Capture, Class, Hir, HirKind, Repetition};

/// How often a part is repeated, from few to many: what doubles the time with each
/// repetition is beyond the limit before the last, what cubes it far below. Steps are
/// small, so that a match that is over the limit is over by a factor of 8 or so and its
/// thread ends soon.
const PUMPED: [usize; 9] = [12, 15, 18, 21, 24, 27, 30, 33, 36];

/// What no value of a form ends with, so that every other way to match is tried.
const WRONG_ENDS: [&str; 3] = ["\u{1}", "!", "\u{2028}"];

/// Parts to repeat of a pattern whose structure is not known.
const BLIND_UNITS: [&str; 6] = ["a", "A", "0", "aa", "a ", "-"];

/// Most places of a pattern to repeat something at: there are as many as ways to a part.
const PLACES: usize = 500;

/// Longest part to repeat, in bytes. What takes long does so over short ones.
const UNIT: usize = 1000;

/// Longest value, in bytes: parts that repeat parts grow without end.
const VALUE: usize = 1 << 16;

/// Fewest repetitions that a part must allow to be repeated to any length.
const REPEATABLE: u32 = 8;

/// How often a part is repeated in samples, beyond what it has to be.
const MORE: u32 = 4;

/// Most parts to visit for the values of one use: nested repetitions of nothing are billions
/// that no length limits.
const VISITS: u32 = 1 << 20;

/// Choices that are the same each time, of which there are only so many.
struct Choices {
    random: Rng,
    left: u32,
}

impl Choices {
    fn new() -> Self {
        Self { random: Rng::with_seed(0), left: VISITS }
    }
}

/// What a pattern consists of.
pub(super) struct Structure(Hir);

/// A part that can be repeated, and a way to it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    before: String,
    unit: String,
}

impl Structure {
    /// Reads a pattern. None where it has something that is not known.
    pub(super) fn read(pattern: &str) -> Option<Self> {
        let mut parser = regex_syntax::ParserBuilder::new().octal(true).build();
        parser.parse(&without_look_around(pattern)).ok().map(Self)
    }

    /// Makes values that match, apart from what the pattern looks ahead or behind for.
    pub(super) fn values(&self, count: usize) -> Vec<String> {
        let mut choices = Choices::new();
        (0..count).map(|_| sample(&self.0, &mut choices, MORE)).collect()
    }

    /// Makes values in which one part is repeated until there are so many characters.
    pub(super) fn stretched(&self, characters: usize) -> impl Iterator<Item = String> + use<> {
        self.places().into_iter().map(move |Place { before, unit }| {
            let missing = characters.saturating_sub(before.chars().count());
            format!("{before}{}", unit.repeat(missing / unit.chars().count()))
        })
    }

    /// Makes values in which one part is repeated and that then continue wrong.
    pub(super) fn pumped(&self) -> Box<dyn Iterator<Item = String>> {
        Box::new(self.places().into_iter().flat_map(pumped))
    }

    fn places(&self) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        collect(&self.0, "", &mut Choices::new(), &mut places);
        places
    }
}

/// Makes such values of a pattern whose structure is not known.
pub(super) fn pumped_blindly() -> Box<dyn Iterator<Item = String>> {
    let place = |unit: &str| Place { before: String::new(), unit: unit.to_owned() };
    Box::new(BLIND_UNITS.into_iter().map(place).flat_map(pumped))
}

// Made one by one: they may be long.
fn pumped(place: Place) -> impl Iterator<Item = String> {
    let endings = PUMPED.into_iter().flat_map(|times| WRONG_ENDS.map(|end| (times, end)));
    endings.map(move |(times, end)| format!("{}{}{end}", place.before, place.unit.repeat(times)))
}

/// How the names of groups begin that look ahead or behind.
const LOOK: &str = "look_";

/// Rewrites what `regex-syntax` does not know: what looks ahead or behind becomes a group
/// of a name, and `[^]` a class of everything.
fn without_look_around(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let (mut classes, mut looks) = (0_u32, 0_u32);
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let look = ["(?=", "(?!", "(?<=", "(?<!"].into_iter().find(|begin| classes == 0 && rest.starts_with(begin));
        let read = if let Some(begin) = look {
            text.extend(["(?P<", LOOK, &looks.to_string(), ">"]);
            looks += 1;
            begin.len()
        } else if rest.starts_with("[^]") {
            text.push_str(r"[\s\S]");
            3
        } else {
            match c {
                '[' => classes += 1,
                ']' => classes = classes.saturating_sub(1),
                _ => {}
            }
            // What is escaped means nothing here.
            let escaped = rest.chars().nth(1).filter(|_| c == '\\');
            let read = c.len_utf8() + escaped.map_or(0, char::len_utf8);
            text.push_str(&rest[..read]);
            read
        };
        rest = &rest[read..];
    }
    text
}

/// Returns whether a group looks ahead or behind.
fn looks_around(group: &Capture) -> bool {
    group.name.as_deref().is_some_and(|name| name.starts_with(LOOK))
}

/// Makes a value. Parts that may be repeated are, up to `more` times more than they have
/// to.
fn sample(hir: &Hir, choices: &mut Choices, more: u32) -> String {
    let mut value = String::new();
    write(hir, choices, more, &mut value);
    value
}

fn write(hir: &Hir, choices: &mut Choices, more: u32, value: &mut String) {
    choices.left = choices.left.saturating_sub(1);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Capture(group) if looks_around(group) => {}
        HirKind::Literal(literal) => value.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => value.extend(pick(class, &mut choices.random)),
        HirKind::Capture(group) => write(&group.sub, choices, more, value),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, choices, more, value)),
        HirKind::Alternation(options) => {
            let option = &options[choices.random.usize(..options.len())];
            write(option, choices, more, value);
        }
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let most = max.unwrap_or(u32::MAX).min(min.saturating_add(more));
            for _ in 0..choices.random.u32(*min..=most) {
                if value.len() > VALUE || choices.left == 0 {
                    return;
                }
                write(sub, choices, more, value);
            }
        }
    }
}

/// Picks a character, visible ASCII where there is any. None where the class is empty.
fn pick(class: &Class, random: &mut Rng) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let has = |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
    let visible: Vec<char> = ('!'..='~').filter(|c| has(*c)).collect();
    random.choice(visible).or_else(|| random.choice(class.ranges()).map(regex_syntax::hir::ClassUnicodeRange::start))
}

fn collect(hir: &Hir, before: &str, choices: &mut Choices, places: &mut BTreeSet<Place>) {
    if places.len() >= PLACES || before.len() > VALUE {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => {}
        HirKind::Capture(group) => collect(&group.sub, before, choices, places),
        HirKind::Concat(parts) => {
            let mut before = before.to_owned();
            for part in parts {
                collect(part, &before, choices, places);
                write(part, choices, 0, &mut before);
            }
        }
        HirKind::Alternation(options) => options.iter().for_each(|option| collect(option, before, choices, places)),
        HirKind::Repetition(Repetition { max, sub, .. }) => {
            if max.is_none_or(|max| max > REPEATABLE) {
                let mut units: Vec<_> = [0, 0, 1, 1, 1, 1].map(|more| sample(sub, choices, more)).into();
                units.extend(options(sub).iter().map(|option| sample(option, choices, 1)));
                let units = units.into_iter().filter(|unit| (1..=UNIT).contains(&unit.len()));
                places.extend(units.map(|unit| Place { before: before.to_owned(), unit }));
            }
            collect(sub, before, choices, places);
        }
    }
}

/// Returns the alternatives of a part; none where there is one way only.
fn options(hir: &Hir) -> &[Hir] {
    match hir.kind() {
        HirKind::Capture(group) => options(&group.sub),
        HirKind::Alternation(options) => options,
        _ => &[],
    }
}
