use super::{assert_accepted, assert_refused, definition};
use crate::functions::Function;
use crate::guard::definition::check;
use crate::records;

/// A definition that is good but for its icon.
fn with(icon: String) -> records::Definition {
    records::Definition { icon, ..definition::good() }
}

#[track_caller]
fn refused(icon: String, why: &str) {
    assert_refused(with(icon), check, (Function::Describe, "icon", why));
}

#[test]
fn an_icon_is_an_svg_document() {
    for icon in ["canary", "<html><svg></svg></html>", "<?xml version='1.0'?><svg/>", "data:image/svg+xml,<svg/>"] {
        refused(icon.to_owned(), "is not an SVG document");
    }
    for icon in ["<svg></svg>", "\n <SVG viewBox='0 0 1 1'/>"] {
        assert_accepted(with(icon.to_owned()), check);
    }
}

/// Puts something between the tags of an icon, or into its first tag.
fn icon(within: &str) -> String {
    if within.starts_with('<') { format!("<svg>{within}</svg>") } else { format!("<svg {within}></svg>") }
}

const BROKEN: &str = "is not well-formed";
const NO_DRAWING: &str = "contains something that is no drawing";
const NO_ATTRIBUTE: &str = "has an attribute that does not draw";
const REFERS: &str = "refers to something outside of it";

#[test]
fn an_icon_runs_nothing_and_embeds_nothing() {
    for within in [
        "<script>canary()</script>",
        "<SCRIPT\n>canary()</SCRIPT>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'>canary()</x:script>",
        "<foreignObject><p>canary</p></foreignObject>",
        "<iframe srcdoc='canary'></iframe>",
        "<image width='1'/>",
        "<style>@import 'canary.css';</style>",
        "<animate attributeName='x' values='canary'/>",
        "<a><path/></a>",
        "<pathcanary/>",
        "<!-- canary -->",
        "<!ENTITY canary 'x'>",
        "<![CDATA[canary]]>",
        "<?canary?>",
        "<",
    ] {
        refused(icon(within), NO_DRAWING);
    }
}

#[test]
fn an_icon_multiplies_nothing() {
    for element in ["use", "mask", "clipPath", "filter", "pattern", "marker", "symbol", "switch", "set"] {
        refused(icon(&format!("<{element} id='canary'></{element}>")), NO_DRAWING);
    }
    for attribute in ["mask", "clip-path", "filter", "marker-start", "style", "class", "stroke-dasharray"] {
        refused(icon(&format!("<path {attribute}='url(#canary)'/>")), NO_ATTRIBUTE);
    }
    let nested = |depth: usize| format!("{}<path/>{}", "<g opacity='.9'>".repeat(depth), "</g>".repeat(depth));
    assert_accepted(with(icon(&nested(15))), check);
    refused(icon(&nested(16)), "nests too deeply");
}

#[test]
fn an_icon_refers_to_nothing_outside_of_it() {
    for (within, why) in [
        ("<path href='canary.svg'/>", NO_ATTRIBUTE),
        ("<path xlink:href = 'canary.svg'/>", NO_ATTRIBUTE),
        ("<path xlink:href\n=\n'#canary'/>", NO_ATTRIBUTE),
        ("<path/href='canary.svg'/>", BROKEN),
        ("<path src='canary.svg'/>", NO_ATTRIBUTE),
        ("fill='url(canary.svg#a)'", REFERS),
        ("fill='URL( \"https://canary.example/a.svg#a\")'", REFERS),
        ("fill='url(#a) url(canary.svg)'", REFERS),
        ("transform='url(#canary)'", REFERS),
        ("style='background:url(canary.png)'", NO_ATTRIBUTE),
        ("fill='image-set(\"canary.png\" 1x)'", REFERS),
        ("fill='image(\"canary.png\")'", REFERS),
        ("fill='src(\"canary.png\")'", REFERS),
        (r"fill='\75rl(canary.png)'", REFERS),
        ("fill='u&#114;l(canary.png)'", BROKEN),
        ("fill='url&lpar;canary.png)'", BROKEN),
        ("id='javascript:canary()'", REFERS),
        ("xmlns='http://canary.example/'", REFERS),
    ] {
        refused(icon(within), why);
    }
}

#[test]
fn an_icon_handles_no_events() {
    for (within, why) in [
        ("onload='canary()'", NO_ATTRIBUTE),
        ("OnLoad='canary()'", NO_ATTRIBUTE),
        ("onload = 'canary()'", NO_ATTRIBUTE),
        ("onload\n\t=canary()", NO_ATTRIBUTE),
        ("id='canary'onload='canary()'", BROKEN),
        ("<path/onclick='canary()'/>", BROKEN),
        ("<path d=\"\"onclick=\"canary()\"/>", BROKEN),
    ] {
        refused(icon(within), why);
    }
}

#[test]
fn an_icon_is_read_alike_as_html_and_as_xml() {
    for document in [
        "<svg>",
        "<svg></svg><svg/>",
        "<svg/>canary",
        "<svg></g></svg>",
        "<svg><g></svg></g>",
        "<svg id=canary></svg>",
        "<svg id></svg>",
        "<svg id='canary></svg>",
        "<svg id='a<b'></svg>",
        "<svg>&canary;</svg>",
        "<svg",
    ] {
        refused(document.to_owned(), BROKEN);
    }
}

#[test]
fn an_icon_draws() {
    for document in [
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' width='32'><rect width='32' rx='7' fill='#0b3b5b'/>\n\
         <path d='M6 17h4l3-8' fill='none' stroke-width='2.5' stroke-linecap='round' stroke-linejoin='round'/></svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role='img' aria-label='A: b &amp; c'><title>&lt;</title></svg >",
        "<svg><defs><linearGradient id='a' x1='0'><stop offset='1' stop-color='#fff'/></linearGradient></defs>\
         <g fill='url(#a) red'><text x='1'>a <tspan>b</tspan></text></g></svg>\n",
    ] {
        assert_accepted(with(document.to_owned()), check);
    }
}
