//! Makes values of an expression: such as match, and such as make it explode.

use fastrand::Rng;

use super::parse::{Node, Set};

/// Most values to pump: a part of an expression can be repeated in as many ways as
/// there are ways to it.
const VALUES: usize = 500;

/// Longest part to repeat, in bytes. What explodes does so over short ones.
const UNIT: usize = 1000;

/// Makes a value that matches, what must follow or not left aside. Parts that may
/// be repeated are, up to so many times more than they have to.
pub(super) fn any(node: &Node, random: &mut Rng, more: u32) -> String {
    let mut value = String::new();
    write(node, random, more, &mut value);
    value
}

fn write(node: &Node, random: &mut Rng, more: u32, value: &mut String) {
    match node {
        Node::One(set) => value.extend(pick(set, random)),
        Node::Start | Node::End | Node::Edge { .. } | Node::Ahead { .. } => {}
        Node::Sequence(parts) => parts.iter().for_each(|part| write(part, random, more, value)),
        Node::Either(options) => write(&options[random.usize(..options.len())], random, more, value),
        Node::Repeat { inner, min, max } => {
            let most = max.unwrap_or(u32::MAX).min(min.saturating_add(more));
            for _ in 0..random.u32(*min..=most) {
                // What repeats to something endless matches nothing useful.
                if value.len() > 1 << 16 {
                    return;
                }
                write(inner, random, more, value);
            }
        }
    }
}

/// Picks a character, visible ASCII where there is any. None where the set is empty.
fn pick(set: &Set, random: &mut Rng) -> Option<char> {
    let visible: Vec<char> = ('!'..='~').filter(|c| set.has((*c).into())).collect();
    if !visible.is_empty() {
        return random.choice(visible);
    }
    let (low, high) = random.choice(&set.0)?;
    char::from_u32(random.u32(*low..=*high)).or_else(|| char::from_u32(*low))
}

/// Makes values in which one part is repeated so often that the value has a number
/// of characters, if it can.
pub(super) fn stretched(node: &Node, characters: usize) -> impl Iterator<Item = String> {
    places(node).into_iter().map(move |Place { before, unit }| {
        let missing = characters.saturating_sub(before.chars().count());
        format!("{before}{}", unit.repeat(missing / unit.chars().count()))
    })
}

/// Makes values in which one part is repeated, and that then go on wrong.
pub(super) fn pumped(node: &Node, times: usize) -> impl Iterator<Item = String> {
    places(node).into_iter().flat_map(move |Place { before, unit }| {
        ["\u{1}", "!", "\u{2028}"].map(|wrong| format!("{before}{}{wrong}", unit.repeat(times)))
    })
}

/// A part that can be repeated, and a way to it.
struct Place {
    before: String,
    unit: String,
}

fn places(node: &Node) -> Vec<Place> {
    let mut places = Vec::new();
    collect(node, "", &mut Rng::with_seed(0), &mut places);
    places
}

fn collect(node: &Node, before: &str, random: &mut Rng, places: &mut Vec<Place>) {
    if places.len() >= VALUES {
        return;
    }
    match node {
        Node::One(_) | Node::Start | Node::End | Node::Edge { .. } => {}
        Node::Ahead { inner, .. } => collect(inner, before, random, places),
        Node::Sequence(parts) => {
            let mut before = before.to_owned();
            for part in parts {
                collect(part, &before, random, places);
                write(part, random, 0, &mut before);
            }
        }
        Node::Either(options) => options.iter().for_each(|option| collect(option, before, random, places)),
        Node::Repeat { inner, max, .. } => {
            if max.is_none_or(|max| max > 8) {
                let mut units: Vec<_> = [0, 0, 1, 1].map(|more| any(inner, random, more)).into();
                if let Node::Either(options) = &**inner {
                    units.extend(options.iter().map(|option| any(option, random, 1)));
                }
                for unit in units {
                    if (1..=UNIT).contains(&unit.len()) {
                        places.push(Place { before: before.to_owned(), unit });
                    }
                }
            }
            collect(inner, before, random, places);
        }
    }
}
