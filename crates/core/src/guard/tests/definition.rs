use serde_json::json;

use super::{CANARY, assert_accepted, assert_refused, bad_lines, longest_line};
use crate::functions::Function;
use crate::guard::definition::check;
use crate::records;

type Definition = records::Definition;

/// A definition that breaks no rule.
pub(super) fn good() -> Definition {
    let text = str::to_owned;
    let field = |key: &str, kind: &str| records::Field {
        key: text(key),
        label: text("Canary field"),
        description: text("What the canary sings."),
        kind: text(kind),
        required: true,
        example: None,
        default: None,
        pattern: None,
        max_length: None,
        choices: Vec::new(),
        guide_step: None,
    };
    let choice = |value: &str, label: &str| records::Choice { value: text(value), label: text(label) };
    let permission = |id: &str| records::Permission { id: text(id), label: text("Canaries"), purpose: text("singing") };
    let step =
        |id: &str| records::GuideStep { id: text(id), title: text("Canary"), text: text("Find\n\n\tthe canary.") };
    Definition {
        id: text("canary-1"),
        name: text("Canary"),
        summary: text("Sings."),
        version: text("0.1.0-canary"),
        categories: vec![text("birds"), text("canaries")],
        icon: text(ICON),
        links: vec![
            records::Link { relation: text("guide"), url: text("https://canary.example/guide?a=1#b") },
            records::Link { relation: text("api"), url: text("https://canary.example:8443/") },
        ],
        domains: vec![text("nexthink.cloud"), text("canary.example")],
        hosts: super::hosts::good(),
        auth: text("oauth2-client-credentials"),
        fields: vec![
            records::Field {
                example: Some(text("canary")),
                default: Some(text("canary")),
                pattern: Some(text("[a-z]+")),
                max_length: Some(57),
                guide_step: Some(text("find")),
                ..field("instance", "text")
            },
            records::Field {
                required: false,
                choices: vec![choice("eu", "Canary Islands"), choice("us", "United States")],
                ..field("region", "choice")
            },
            field("client_id", "text"),
            field("client_secret", "secret"),
        ],
        permissions: vec![permission("sing"), permission("Fly away")],
        prerequisites: vec![text("A canary."), text("A cage.")],
        guide: vec![step("find"), step("enter")],
        extra: vec![(text("colour"), text("canary yellow")), (text("weight"), String::new())],
    }
}

const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">
    <title>Canary &amp; connector, version="1"</title>
    <defs><linearGradient id="a"><stop offset="0" stop-color="#ff0"/></linearGradient></defs>
    <g fill="url(#a)" stroke="url(#a)"><path d="M0 0h8"/><circle r="2"/></g>
</svg>"##;

#[track_caller]
fn refused(change: impl FnOnce(&mut Definition), at: &str, why: &str) {
    let mut value = good();
    change(&mut value);
    assert_refused(value, check, (Function::Describe, at, why));
}

#[track_caller]
fn accepted(change: impl FnOnce(&mut Definition)) {
    let mut value = good();
    change(&mut value);
    assert_accepted(value, check);
}

#[test]
fn a_good_definition_is_returned_unchanged() {
    let common = |key: &str, kind: &str| {
        json!({ "key": key, "label": "Canary field", "description": "What the canary sings.", "kind": kind,
            "required": true })
    };
    let mut fields = [
        common("instance", "text"),
        common("region", "choice"),
        common("client_id", "text"),
        common("client_secret", "secret"),
    ];
    fields[0]["example"] = json!("canary");
    fields[0]["default"] = json!("canary");
    fields[0]["pattern"] = json!("[a-z]+");
    fields[0]["max-length"] = json!(57);
    fields[0]["guide-step"] = json!("find");
    fields[1]["required"] = json!(false);
    fields[1]["choices"] =
        json!([{ "value": "eu", "label": "Canary Islands" }, { "value": "us", "label": "United States" }]);
    let expected = json!({
        "id": "canary-1",
        "name": "Canary",
        "summary": "Sings.",
        "version": "0.1.0-canary",
        "categories": ["birds", "canaries"],
        "icon": ICON,
        "links": [
            { "relation": "guide", "url": "https://canary.example/guide?a=1#b" },
            { "relation": "api", "url": "https://canary.example:8443/" },
        ],
        "domains": ["nexthink.cloud", "canary.example"],
        "hosts": [
            { "role": "token", "template": "{instance}-login.eu.nexthink.cloud" },
            { "role": "api", "template": "{instance}.api.eu.nexthink.cloud" },
            { "role": "web", "platform": "Classic", "template": "{instance}.web.nexthink.cloud" },
        ],
        "auth": "oauth2-client-credentials",
        "fields": fields,
        "permissions": [
            { "id": "sing", "label": "Canaries", "purpose": "singing" },
            { "id": "Fly away", "label": "Canaries", "purpose": "singing" },
        ],
        "prerequisites": ["A canary.", "A cage."],
        "guide": [
            { "id": "find", "title": "Canary", "text": "Find\n\n\tthe canary." },
            { "id": "enter", "title": "Canary", "text": "Find\n\n\tthe canary." },
        ],
        "extra": [["colour", "canary yellow"], ["weight", ""]],
    });
    assert_eq!(json!(assert_accepted(good(), check)), expected);
}

/// A place in a definition, and the way to it.
type Place = (&'static str, fn(&mut Definition) -> &mut String);

const LINES: [Place; 21] = [
    ("name", |d| &mut d.name),
    ("summary", |d| &mut d.summary),
    ("version", |d| &mut d.version),
    ("hosts[2].platform", |d| d.hosts[2].platform.as_mut().unwrap()),
    ("categories[1]", |d| &mut d.categories[1]),
    ("prerequisites[1]", |d| &mut d.prerequisites[1]),
    ("permissions[1].id", |d| &mut d.permissions[1].id),
    ("permissions[1].label", |d| &mut d.permissions[1].label),
    ("permissions[1].purpose", |d| &mut d.permissions[1].purpose),
    ("guide[1].id", |d| &mut d.guide[1].id),
    ("guide[1].title", |d| &mut d.guide[1].title),
    ("fields[2].key", |d| &mut d.fields[2].key),
    ("fields[1].label", |d| &mut d.fields[1].label),
    ("fields[1].description", |d| &mut d.fields[1].description),
    ("fields[0].example", |d| d.fields[0].example.as_mut().unwrap()),
    ("fields[0].default", |d| d.fields[0].default.as_mut().unwrap()),
    ("fields[0].pattern", |d| d.fields[0].pattern.as_mut().unwrap()),
    ("fields[1].choices[1].value", |d| &mut d.fields[1].choices[1].value),
    ("fields[1].choices[1].label", |d| &mut d.fields[1].choices[1].label),
    ("extra[1]", |d| &mut d.extra[1].0),
    ("links[1].url", |d| &mut d.links[1].url),
];

#[test]
fn every_line_holds_something_short_that_a_terminal_only_shows() {
    for (at, place) in LINES {
        for (line, why) in bad_lines() {
            refused(|d| *place(d) = line, at, why);
        }
        // Both have a rule of their own besides.
        if at != "links[1].url" && at != "fields[0].pattern" {
            accepted(|d| *place(d) = longest_line());
        }
    }
    accepted(|d| d.links[1].url = format!("https://canary.example/{}", "x".repeat(4096 - 23)));
}

#[test]
fn a_pattern_is_a_short_ecma_262_expression() {
    for pattern in ["canary(", "[canary", "(?<canary", "*canary"] {
        let why = "is not an ECMA-262 expression";
        refused(|d| d.fields[0].pattern = Some(pattern.to_owned()), "fields[0].pattern", why);
    }
    for pattern in [r"^(?=canary)[\p{L}\-]+$", r"(?<c>a)\k<c>", "(a+)+$"] {
        accepted(|d| d.fields[0].pattern = Some(pattern.to_owned()));
    }
    accepted(|d| d.fields[0].pattern = Some("x".repeat(1024)));
    refused(|d| d.fields[0].pattern = Some("x".repeat(1025)), "fields[0].pattern", "is longer than 1024 bytes");
}

#[test]
fn an_extra_attribute_may_be_empty_but_is_a_line() {
    for (line, why) in bad_lines() {
        match why {
            "is empty" => accepted(|d| d.extra[0].1 = line),
            _ => refused(|d| d.extra[0].1 = line, "extra[0]", why),
        }
    }
}

#[test]
fn a_text_of_several_lines_is_neither_empty_nor_endless_nor_unprintable() {
    const TEXTS: [Place; 2] = [("icon", |d| &mut d.icon), ("guide[1].text", |d| &mut d.guide[1].text)];
    for (at, place) in TEXTS {
        refused(|d| place(d).clear(), at, "is empty");
        refused(|d| *place(d) = "\n\t ".to_owned(), at, "is empty");
        let fill = |text: &mut String, length: usize| *text += &" ".repeat(length - text.len());
        accepted(|d| fill(place(d), 65536));
        refused(|d| fill(place(d), 65537), at, "is longer than 65536 bytes");
        for control in ["\u{1b}", "\r", "\0", "\u{85}"] {
            refused(|d| *place(d) += control, at, "contains control characters");
        }
    }
}

#[test]
fn a_word_is_made_of_lower_case_letters_digits_and_hyphens() {
    const WORDS: [Place; 4] = [
        ("id", |d| &mut d.id),
        ("auth", |d| &mut d.auth),
        ("links[1].relation", |d| &mut d.links[1].relation),
        ("fields[0].kind", |d| &mut d.fields[0].kind),
    ];
    let long = format!("{CANARY}{}", "x".repeat(59));
    for (at, place) in WORDS {
        for word in ["", "Canary", "canary word", "canary_word", "canäry", "canary\u{1b}", &long] {
            refused(|d| *place(d) = word.to_owned(), at, "is not a word of lower-case letters, digits and hyphens");
        }
        // A word that this host does not know is none of its business.
        for word in ["x", "oauth3-canary", &long[1..]] {
            accepted(|d| *place(d) = word.to_owned());
        }
    }
}

#[test]
fn a_list_has_at_most_200_items() {
    /// Repeats the first item, so many times; each one different.
    type Fill = fn(&mut Definition, usize);
    fn fill<T: Clone>(items: &mut Vec<T>, count: usize, name: impl Fn(&mut T, String)) {
        *items = vec![items[0].clone(); count];
        items.iter_mut().enumerate().skip(1).for_each(|(i, item)| name(item, format!("canary-{i}")));
    }
    const LISTS: [(&str, Fill); 9] = [
        ("categories", |d, count| fill(&mut d.categories, count, |item, name| *item = name)),
        ("prerequisites", |d, count| fill(&mut d.prerequisites, count, |item, name| *item = name)),
        ("domains", |d, count| fill(&mut d.domains, count, |item, name| *item = name + ".example")),
        ("links", |d, count| fill(&mut d.links, count, |item, name| item.relation = name)),
        ("permissions", |d, count| fill(&mut d.permissions, count, |item, name| item.id = name)),
        ("guide", |d, count| fill(&mut d.guide, count, |item, name| item.id = name)),
        ("fields", |d, count| fill(&mut d.fields, count, |item, name| item.key = name)),
        ("fields[1].choices", |d, count| fill(&mut d.fields[1].choices, count, |item, name| item.value = name)),
        ("extra", |d, count| fill(&mut d.extra, count, |item, name| item.0 = name)),
    ];
    for (at, fill) in LISTS {
        accepted(|d| fill(d, 200));
        refused(|d| fill(d, 201), at, "has more than 200 items");
    }
}

#[test]
fn keys_and_ids_are_unique() {
    let why = "holds the same one twice";
    refused(|d| d.fields[3].key = d.fields[0].key.clone(), "fields", why);
    refused(|d| d.permissions[1].id = d.permissions[0].id.clone(), "permissions", why);
    refused(|d| d.guide[1].id = d.guide[0].id.clone(), "guide", why);
    refused(|d| d.fields[1].choices[1].value = d.fields[1].choices[0].value.clone(), "fields[1].choices", why);
}

#[test]
fn a_field_names_a_guide_step_that_exists() {
    let why = "names a step that the guide does not have";
    refused(|d| d.fields[0].guide_step = Some("canary".to_owned()), "fields[0].guide-step", why);
    refused(|d| d.fields[2].guide_step = Some(String::new()), "fields[2].guide-step", why);
    refused(|d| d.guide.clear(), "fields[0].guide-step", why);
    accepted(|d| d.fields[3].guide_step = Some("enter".to_owned()));
}

#[test]
fn a_choice_offers_something_to_choose() {
    refused(|d| d.fields[1].choices.clear(), "fields[1].choices", "is empty");
    accepted(|d| d.fields[1].choices.truncate(1));
}

#[test]
fn a_secret_has_no_default() {
    let default = Some("canary".to_owned());
    refused(|d| d.fields[3].default = default, "fields[3].default", "gives a secret a default");
}

#[test]
fn a_definition_declares_at_least_one_domain() {
    refused(|d| d.domains.clear(), "domains", "is empty");
}

#[test]
fn a_domain_is_a_name_of_two_labels_in_lower_case() {
    // As long as it may be, and longer.
    let labels = [63, 64].map(|length| format!("{}.example", "x".repeat(length)));
    let names = ["xcanary", "xxcanary"].map(|label| format!("{}{label}.example", "x.".repeat(119)));
    assert_eq!(names.each_ref().map(String::len), [253, 254]);
    for domain in [
        "",
        "cloud",
        "canary",
        "Canary.example",
        "canary.EXAMPLE",
        "127.0.0.1",
        "canary.1",
        "127.0.0.0x1",
        "canary.0x7f",
        "[::1]",
        "::1",
        "canary.example.",
        ".canary.example",
        "canary..example",
        ".",
        "*.canary.example",
        "-canary.example",
        "canary-.example",
        "canary.-example",
        "can_ary.example",
        "canary.example:443",
        "canary@canary.example",
        "canary.example/canary",
        "https://canary.example",
        " canary.example",
        "canary.example\u{1b}",
        "canäry.example",
        &labels[1],
        &names[1],
    ] {
        refused(|d| d.domains[1] = domain.to_owned(), "domains[1]", "is not a domain in lower case");
    }
    for domain in ["a.b", "4canary.example", "can--ary.example", "xn--canry-ira.example", &labels[0], &names[0]] {
        accepted(|d| d.domains[1] = domain.to_owned());
    }
}

#[test]
fn a_link_is_an_absolute_https_url() {
    for url in
        ["http://canary.example/", "canary.example/guide", "//canary.example/", "javascript:canary()", "https://"]
    {
        refused(|d| d.links[0].url = url.to_owned(), "links[0].url", "is not an absolute `https` URL");
    }
}
