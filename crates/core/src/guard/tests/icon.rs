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
        refused(icon(within), "contains something that is no drawing");
    }
}

#[test]
fn an_icon_refers_to_nothing_outside_of_it() {
    for within in [
        "<path href='canary.svg'/>",
        "<path xlink:href = 'canary.svg'/>",
        "<path xlink:href\n=\n'#canary'/>",
        "<path/href='canary.svg'/>",
        "<path src='canary.svg'/>",
        "fill='url(canary.svg#a)'",
        "fill='URL( \"https://canary.example/a.svg#a\")'",
        "style='background:image-set(\"canary.png\" 1x)'",
        "style='background:image(\"canary.png\")'",
        "style='background:src(\"canary.png\")'",
        r"style='background:\75rl(canary.png)'",
        "style='background:u&#114;l(canary.png)'",
        "style='background:url&lpar;canary.png)'",
        "id='javascript:canary()'",
    ] {
        refused(icon(within), "contains scripts or references");
    }
}

#[test]
fn an_icon_handles_no_events() {
    for within in [
        "onload='canary()'",
        "OnLoad='canary()'",
        "onload = 'canary()'",
        "onload\n\t=canary()",
        "id='canary'onload='canary()'",
        "<path/onclick='canary()'/>",
        "<path d=\"\"onclick=\"canary()\"/>",
    ] {
        refused(icon(within), "contains event handlers");
    }
}
