use std::collections::HashSet;

use url::Url;

use super::*;
use crate::key::Key;
use crate::tenant::Region;

mod patterns;

fn guide(id: &str) -> &'static str {
    GUIDE.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id}")).text
}

fn all_different<T: std::hash::Hash + Eq>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

fn is_identity(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[test]
fn the_form_asks_for_the_four_fields_in_order() {
    let shown: Vec<_> = FIELDS
        .iter()
        .map(|field| (field.key, field.label, field.kind.as_str(), field.required, field.max_length))
        .collect();
    assert_eq!(
        shown,
        [
            ("instance", "Instance name", "text", true, Some(2048)),
            // An address contains it.
            ("region", "Region", "choice", false, None),
            ("client_id", "Client ID", "text", true, Some(512)),
            ("client_secret", "Client secret", "secret", true, Some(512)),
        ]
    );
    assert_eq!(FIELDS.each_ref().map(|field| field.key), Key::ALL.map(Key::name));
}

#[test]
fn the_region_is_chosen_from_the_four_with_their_labels() {
    for field in &FIELDS {
        let choices: Vec<_> = field.kind.choices().iter().map(|choice| (choice.value, choice.label)).collect();
        let expected: &[_] = match field.key {
            "region" => &[
                ("us", "United States"),
                ("eu", "European Union"),
                ("pac", "Asia-Pacific"),
                ("meta", "Middle East, Turkey and Africa"),
            ],
            _ => &[],
        };
        assert_eq!(choices, expected, "{:?}", field.key);
    }
}

#[test]
fn every_field_is_explained_and_names_the_step_that_helps() {
    for field in &FIELDS {
        assert!(field.description.ends_with('.'), "{:?}", field.key);
        guide(field.guide_step.unwrap());
    }
    let steps = FIELDS.each_ref().map(|field| field.guide_step.unwrap());
    assert_eq!(steps, ["find-instance", "find-instance", "create-credentials", "create-credentials"]);
}

#[test]
fn examples_are_of_the_right_shape_and_never_a_secret() {
    for field in &FIELDS {
        assert_eq!(field.example.is_none(), field.kind == FieldKind::Secret, "{:?}", field.key);
        if let Some(example) = field.example {
            assert!(patterns::form_accepts(field.key, example), "{example}");
        }
    }
}

#[test]
fn identities_are_unique_and_plain() {
    assert!(is_identity(ID));
    assert!(GUIDE.iter().map(|step| step.id).chain(PERMISSIONS.iter().map(|p| p.id)).all(is_identity));
    assert!(all_different(GUIDE.iter().map(|step| step.id)));
    assert!(all_different(PERMISSIONS.iter().map(|permission| permission.id)));
    assert!(all_different(PERMISSIONS.iter().map(|permission| permission.label)));
    assert!(DEFINITION.categories.iter().copied().all(is_identity) && all_different(DEFINITION.categories));
    assert!(all_different(DEFINITION.links.iter().map(|(relation, _)| relation)));
}

#[test]
fn what_a_platform_shows_is_there() {
    assert_eq!((ID, NAME, DEFINITION.auth), ("nexthink", "Nexthink", "oauth2-client-credentials"));
    assert_eq!(DEFINITION.domains, ["nexthink.cloud"]);
    let version: Vec<_> = DEFINITION.version.split('.').map(str::parse::<u32>).collect();
    assert!(version.len() == 3 && version.iter().all(Result::is_ok), "{version:?}");
    for sentence in DEFINITION.prerequisites.iter().chain([&DEFINITION.summary]) {
        assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
    }
    for GuideStep { title, text, .. } in &GUIDE {
        assert!(!title.is_empty() && text.ends_with('\n') && !text.trim().is_empty(), "{title}");
    }
}

#[test]
fn links_lead_to_guide_api_and_source_over_https() {
    let relations: Vec<_> = DEFINITION.links.iter().map(|(relation, _)| *relation).collect();
    assert_eq!(relations, ["guide", "api", "source"]);
    for (relation, link) in DEFINITION.links {
        let url = Url::parse(link).unwrap();
        assert_eq!((url.scheme(), url.port(), url.username()), ("https", None, ""), "{relation}");
        assert!(url.has_host(), "{relation}");
    }
}

#[test]
fn the_icon_is_an_svg_without_scripts_and_references() {
    let icon = DEFINITION.icon.trim();
    assert!(icon.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && icon.ends_with("</svg>"));
    // Besides the namespace nothing may look like an address.
    let rest = icon.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1).to_lowercase();
    for unwanted in ["script", "href", "url(", "http", "//", "data:", "<!", "<?", "<foreignobject", "<style", "<use"] {
        assert!(!rest.contains(unwanted), "{unwanted}");
    }
    let attributes = rest.split(|c: char| c.is_whitespace()).filter(|word| word.contains('='));
    assert!(attributes.clone().count() > 3);
    assert!(attributes.into_iter().all(|word| !word.starts_with("on")), "no event handlers");
}

#[test]
fn the_permissions_are_the_seven_of_nexthinks_documentation() {
    let labels = PERMISSIONS.each_ref().map(|permission| permission.label);
    assert_eq!(
        labels,
        [
            "Remote Actions API",
            "Enrichment API",
            "Data management",
            "Workflows API",
            "Campaigns API",
            "NQL API",
            "Spark API"
        ]
    );
    for Permission { purpose, label, .. } in &PERMISSIONS {
        assert!(!purpose.is_empty() && !purpose.ends_with('.'), "a phrase: {label}");
    }
}

#[test]
fn the_guide_shows_where_to_find_instance_and_region() {
    let text = guide("find-instance");
    for named in [
        "`<instance>.data.<region>.nexthink.cloud`",
        "`<instance>.<region>.nexthink.cloud`",
        "`nxdocs.data.eu.nexthink.cloud` means the instance name `nxdocs` and the region `eu`",
    ] {
        assert!(text.contains(named), "{named}");
    }
    for region in Region::ALL {
        let named = format!("`{}`: {}", region.code(), region.label());
        assert!(text.lines().any(|line| line.trim_start_matches("- ") == named), "{named}");
    }
}

#[test]
fn the_guide_shows_every_click_to_the_credentials() {
    let text = guide("create-credentials");
    let mut rest = text;
    for click in [
        "**Administration**",
        "**Account Management**",
        "**API credentials**",
        "**New OAuth client credentials**",
        "**Name**",
        "**Description**",
        "**Permissions**",
        "**Save and generate credentials**",
        "**Copy**",
        "**Client ID**",
        "**Secret key**",
        "only once",
        "lost",
    ] {
        // In this order.
        let (_, behind) = rest.split_once(click).unwrap_or_else(|| panic!("{click}"));
        rest = behind;
    }
    for Permission { label, .. } in &PERMISSIONS {
        assert!(text.contains(&format!("**{label}**: ")), "{label}");
    }
}

#[test]
fn the_guide_says_where_each_value_goes() {
    let text = guide("enter-values");
    for key in Key::ALL {
        assert!(text.contains(&format!("**{}**", key.label())), "{}", key.label());
    }
    assert_eq!(GUIDE.each_ref().map(|step| step.id), ["find-instance", "create-credentials", "enter-values"]);
}

#[test]
fn the_guide_holds_no_raw_html() {
    for GuideStep { id, text, .. } in &GUIDE {
        // Between backticks is code, in which `<` is literal.
        let pieces: Vec<_> = text.split('`').collect();
        assert!(pieces.len() % 2 == 1, "{id}: a code span is not closed");
        for (outside, inside) in pieces.iter().step_by(2).zip(pieces.iter().skip(1).step_by(2).chain([&""])) {
            assert!(!outside.contains(['<', '>', '&']), "{id}: {outside}");
            assert!(!inside.contains('\n'), "{id}: {inside}");
        }
    }
}
