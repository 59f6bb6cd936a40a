//! Checks a definition: what a platform shows before anyone connects.

use regress::Regex;
use url::Url;

use super::check::Check;
use super::hosts;
use super::icon;
use super::output::BadOutput;
use crate::functions::Function;
use crate::records::{Definition, Field, GuideStep};

const CHECK: Check = Check(Function::Describe);

/// Longest pattern of a field, in bytes: a form compiles it, and matches it at each
/// key. Patterns of host names and ids have 20 to 200.
const PATTERN_BYTES: usize = 1024;

/// Longest host name, and longest of its labels, in bytes (RFC 1035 §2.3.4).
pub(super) const HOST_BYTES: usize = 253;
pub(super) const LABEL_BYTES: usize = 63;

pub(crate) fn check(raw: Definition) -> Result<Definition, BadOutput> {
    CHECK.word("id", &raw.id)?;
    CHECK.line("name", &raw.name)?;
    CHECK.line("summary", &raw.summary)?;
    CHECK.line("version", &raw.version)?;
    CHECK.lines("categories", &raw.categories)?;
    icon::check(&raw.icon)?;
    CHECK.word("auth", &raw.auth)?;
    CHECK.lines("prerequisites", &raw.prerequisites)?;
    domains(&raw.domains)?;
    CHECK.list("links", &raw.links)?;
    for (i, link) in raw.links.iter().enumerate() {
        CHECK.word(&format!("links[{i}].relation"), &link.relation)?;
        https(CHECK, &format!("links[{i}].url"), &link.url)?;
    }
    CHECK.list("permissions", &raw.permissions)?;
    CHECK.unique("permissions", raw.permissions.iter().map(|permission| permission.id.as_str()))?;
    for (i, permission) in raw.permissions.iter().enumerate() {
        CHECK.line(&format!("permissions[{i}].id"), &permission.id)?;
        CHECK.line(&format!("permissions[{i}].label"), &permission.label)?;
        CHECK.line(&format!("permissions[{i}].purpose"), &permission.purpose)?;
    }
    CHECK.list("guide", &raw.guide)?;
    CHECK.unique("guide", raw.guide.iter().map(|step| step.id.as_str()))?;
    for (i, step) in raw.guide.iter().enumerate() {
        CHECK.line(&format!("guide[{i}].id"), &step.id)?;
        CHECK.line(&format!("guide[{i}].title"), &step.title)?;
        CHECK.text(&format!("guide[{i}].text"), &step.text)?;
    }
    CHECK.list("fields", &raw.fields)?;
    CHECK.unique("fields", raw.fields.iter().map(|field| field.key.as_str()))?;
    for (i, given) in raw.fields.iter().enumerate() {
        field(&format!("fields[{i}]"), given, &raw.guide)?;
    }
    hosts::templates(&raw)?;
    CHECK.list("extra", &raw.extra)?;
    for (i, (name, value)) in raw.extra.iter().enumerate() {
        CHECK.line(&format!("extra[{i}]"), name)?;
        CHECK.optional_line(&format!("extra[{i}]"), value)?;
    }
    Ok(raw)
}

/// Accepts at least one domain of at least two labels, so that no component claims
/// a whole top-level domain.
fn domains(domains: &[String]) -> Result<(), BadOutput> {
    CHECK.ensure(!domains.is_empty(), "domains", "is empty")?;
    domain_names(CHECK, "domains", domains)
}

/// Accepts domains of at least two labels.
pub(super) fn domain_names(check: Check, at: &str, domains: &[String]) -> Result<(), BadOutput> {
    check.list(at, domains)?;
    for (i, domain) in domains.iter().enumerate() {
        let fits = is_host_name(domain) && domain.contains('.');
        check.ensure(fits, &format!("{at}[{i}]"), "is not a domain in lower case")?;
    }
    Ok(())
}

/// Whether a host is one of the domains or lies under one, label by label.
pub(super) fn is_under(host: &str, domains: &[String]) -> bool {
    let below =
        |domain: &String| host == domain || host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
    domains.iter().any(below)
}

/// Whether a text is a host name in lower case that is no IP address (RFC
/// 1123 §2.1), in hexadecimal neither: its last label begins with a letter.
pub(super) fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        let characters = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        characters
            && !label.is_empty()
            && label.len() <= LABEL_BYTES
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let named = text.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_lowercase()));
    text.len() <= HOST_BYTES && named && text.split('.').all(label)
}

/// Accepts the address of a page.
pub(super) fn https(check: Check, at: &str, url: &str) -> Result<(), BadOutput> {
    check.line(at, url)?;
    let fits = Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    check.ensure(fits, at, "is not an absolute `https` URL")
}

fn field(at: &str, field: &Field, guide: &[GuideStep]) -> Result<(), BadOutput> {
    let within = |member: &str| format!("{at}.{member}");
    CHECK.line(&within("key"), &field.key)?;
    CHECK.line(&within("label"), &field.label)?;
    CHECK.line(&within("description"), &field.description)?;
    CHECK.word(&within("kind"), &field.kind)?;
    for (member, text) in [("example", &field.example), ("default", &field.default), ("pattern", &field.pattern)] {
        text.as_deref().map_or(Ok(()), |text| CHECK.line(&within(member), text))?;
    }
    if let Some(pattern) = &field.pattern {
        CHECK.ensure(
            pattern.len() <= PATTERN_BYTES,
            &within("pattern"),
            &format!("is longer than {PATTERN_BYTES} bytes"),
        )?;
        // The flag with which HTML compiles the attribute of this name.
        let compiles = Regex::with_flags(pattern, "v").is_ok();
        CHECK.ensure(compiles, &within("pattern"), "is not an ECMA-262 expression")?;
    }
    if let Some(step) = &field.guide_step {
        let exists = guide.iter().any(|given| given.id == *step);
        CHECK.ensure(exists, &within("guide-step"), "names a step that the guide does not have")?;
    }
    let secret = field.is_secret() && field.default.is_some();
    CHECK.ensure(!secret, &within("default"), "gives a secret a default")?;
    CHECK.list(&within("choices"), &field.choices)?;
    CHECK.unique(&within("choices"), field.choices.iter().map(|choice| choice.value.as_str()))?;
    let empty = field.is_choice() && field.choices.is_empty();
    CHECK.ensure(!empty, &within("choices"), "is empty")?;
    for (i, choice) in field.choices.iter().enumerate() {
        CHECK.line(&within(&format!("choices[{i}].value")), &choice.value)?;
        CHECK.line(&within(&format!("choices[{i}].label")), &choice.label)?;
    }
    Ok(())
}
