//! Checks an icon: an SVG document that draws and does nothing else.
//!
//! Platforms show it in their own pages, where it is read by the lax rules of HTML. So it
//! keeps to what HTML and XML read alike, and to elements and attributes that every
//! browser draws in a time that grows with their number: no mask, clip path, filter, pattern
//! or `use`, each of which multiplies what it refers to.

use super::check::Check;
use super::output::BadOutput;
use crate::functions::Function;

const CHECK: Check = Check(Function::Describe);

/// Elements, in lower case.
const ELEMENTS: [&str; 17] = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "lineargradient",
    "radialgradient",
    "stop",
];

/// Attributes, in lower case. Neither `style` nor `class`, which reach all of CSS, and no
/// dashes: a line can have millions.
#[rustfmt::skip]
const ATTRIBUTES: [&str; 58] = [
    "xmlns", "version", "id", "role", "aria-hidden", "aria-label", "aria-labelledby", "focusable",
    "viewbox", "preserveaspectratio", "width", "height", "transform",
    "d", "points", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr",
    "color", "opacity", "fill", "fill-opacity", "fill-rule",
    "stroke", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width",
    "shape-rendering", "vector-effect",
    "gradientunits", "gradienttransform", "spreadmethod", "offset", "stop-color", "stop-opacity",
    "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "text-anchor", "dominant-baseline",
    "paint-order",
];

/// Character references that hide nothing.
const PLAIN: [&str; 5] = ["amp;", "lt;", "gt;", "quot;", "apos;"];

/// Deepest nesting: icons have three or four levels, and each may be a layer as large as
/// the whole picture.
const DEPTH: usize = 16;

/// Accepts a document of one `svg` element.
pub(super) fn check(icon: &str) -> Result<(), BadOutput> {
    CHECK.text("icon", icon)?;
    let lower = icon.to_ascii_lowercase();
    CHECK.ensure(lower.trim().starts_with("<svg"), "icon", "is not an SVG document")?;
    // Of use nowhere, and refused anywhere, as a text too.
    CHECK.ensure(!lower.contains("javascript:"), "icon", REFERS)?;
    document(lower.trim()).or_else(|why| CHECK.fail("icon", why))
}

fn document(mut rest: &str) -> Result<(), &'static str> {
    let mut open = Vec::new();
    loop {
        let (text, tag) = rest.split_once('<').ok_or(BROKEN)?;
        is_plain(text)?;
        rest = if let Some(tag) = tag.strip_prefix('/') {
            let (name, after) = tag.split_once('>').ok_or(BROKEN)?;
            if open.pop() != Some(name.trim_ascii_end()) {
                return Err(BROKEN);
            }
            after
        } else {
            let (name, empty, after) = begin(tag)?;
            if !empty {
                open.push(name);
            }
            if open.len() > DEPTH {
                return Err("nests too deeply");
            }
            after
        };
        if open.is_empty() {
            return if rest.is_empty() { Ok(()) } else { Err(BROKEN) };
        }
    }
}

const BROKEN: &str = "is not well-formed";
const REFERS: &str = "refers to something outside of it";

/// Reads the beginning of an element behind its `<`: the name, whether it is empty, and
/// what follows.
fn begin(tag: &str) -> Result<(&str, bool, &str), &'static str> {
    let (name, mut rest) = name(tag);
    if !ELEMENTS.contains(&name) {
        return Err("contains something that is no drawing");
    }
    loop {
        let attribute = rest.trim_ascii_start();
        if let Some(after) = attribute.strip_prefix('>') {
            return Ok((name, false, after));
        }
        if let Some(after) = attribute.strip_prefix("/>") {
            return Ok((name, true, after));
        }
        // HTML also reads attributes that nothing divides.
        if attribute.len() == rest.len() {
            return Err(BROKEN);
        }
        rest = self::attribute(attribute)?;
    }
}

/// Reads an attribute and returns what follows.
fn attribute(text: &str) -> Result<&str, &'static str> {
    let (name, rest) = name(text);
    if !ATTRIBUTES.contains(&name) {
        return Err("has an attribute that does not draw");
    }
    let value = rest.trim_ascii_start().strip_prefix('=').ok_or(BROKEN)?.trim_ascii_start();
    let quote = value.chars().next().filter(|quote| "'\"".contains(*quote)).ok_or(BROKEN)?;
    let (value, rest) = value[1..].split_once(quote).ok_or(BROKEN)?;
    is_plain(value)?;
    let refers = match value.split_once("url(") {
        // A gradient.
        Some(("", url)) => !url.starts_with('#') || !matches!(name, "fill" | "stroke") || url.contains("url("),
        Some(_) => true,
        // What else calls for a file in CSS, or hides such a call.
        None => ["image(", "image-set(", "src(", "\\"].iter().any(|active| value.contains(active)),
    };
    let foreign = name == "xmlns" && value != "http://www.w3.org/2000/svg";
    if refers || foreign { Err(REFERS) } else { Ok(rest) }
}

/// Splits off a name.
fn name(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || "/>='\"<".contains(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// Accepts a text or value in which nothing is hidden.
fn is_plain(text: &str) -> Result<(), &'static str> {
    let plain = |rest: &str| PLAIN.iter().any(|plain| rest.starts_with(plain));
    if text.contains('<') || !text.split('&').skip(1).all(plain) { Err(BROKEN) } else { Ok(()) }
}
