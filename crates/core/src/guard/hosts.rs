//! Host templates, and the hosts that the settings make of them: all that may see
//! credentials and tokens.
//!
//! A template is what its grammar says and no more (`wit/README.md`): labels of lower-case
//! letters, digits, hyphens and keys in braces. A value fills in a part of one label; only an
//! option of a `choice`, which the definition lists, may have several.

use super::check::Check;
use super::definition::{HOST_BYTES, LABEL_BYTES, is_host_name, is_under};
use super::output::BadOutput;
use crate::functions::Function;
use crate::raw::Entry;
use crate::records::{Definition, Field, Host, HostRole, HostTemplate};

/// Most templates of a definition. Nexthink has four.
const TEMPLATES: usize = 16;

/// Most keys of a template: each option of each is tried. Nexthink's have two.
const KEYS: usize = 4;

/// A part of a template.
enum Part<'a> {
    Text(&'a str),
    Key(&'a str),
}

/// Accepts templates whose hosts lie under the domains, whatever is filled in.
pub(super) fn templates(definition: &Definition) -> Result<(), BadOutput> {
    const CHECK: Check = Check(Function::Describe);
    let templates = &definition.hosts;
    let few = templates.len() <= TEMPLATES;
    CHECK.ensure(few, "hosts", &format!("has more than {TEMPLATES} items"))?;
    let api = templates.iter().any(|given| given.role == HostRole::Api);
    CHECK.host(api, "hosts", "has no template of the role `api`")?;
    for (i, given) in templates.iter().enumerate() {
        if let Some(platform) = &given.platform {
            CHECK.line(&format!("hosts[{i}].platform"), platform)?;
        }
        CHECK.host(!templates[..i].contains(given), &format!("hosts[{i}]"), "is there twice")?;
        template(CHECK, &format!("hosts[{i}].template"), given, definition)?;
    }
    Ok(())
}

fn template(check: Check, at: &str, given: &HostTemplate, definition: &Definition) -> Result<(), BadOutput> {
    let parts = parse(check, at, &given.template)?;
    let mut choices = Vec::new();
    for part in &parts {
        let Part::Key(key) = part else { continue };
        match definition.field(key) {
            None => return check.host(false, at, "names a field that the form does not have"),
            Some(field) if field.is_secret() => return check.host(false, at, "names a field that is a secret"),
            Some(field) => choices.extend(field.is_choice().then_some(field)),
        }
    }
    // Each option once, beside the first one of the others: `expand` looks at every host again.
    let example = |key: &str, chosen: Option<(&Field, &str)>| match (chosen, definition.field(key)) {
        (Some((field, value)), _) if field.key == key => value.to_owned(),
        (_, Some(field)) if field.is_choice() => field.choices.first().map_or("x", |choice| &choice.value).to_owned(),
        _ => "x".to_owned(),
    };
    let options = choices.iter().flat_map(|field| field.choices.iter().map(|choice| Some((*field, &*choice.value))));
    for chosen in options.chain(choices.is_empty().then_some(None)) {
        let host: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => (*text).to_owned(),
                Part::Key(key) => example(key, chosen),
            })
            .collect();
        check.host(is_host_name(&host), at, "gives no host name")?;
        check.host(is_under(&host, &definition.domains), at, "lies outside the domains of the definition")?;
    }
    Ok(())
}

/// Takes a template apart.
fn parse<'a>(check: Check, at: &str, text: &'a str) -> Result<Vec<Part<'a>>, BadOutput> {
    check.host(text.len() <= HOST_BYTES, at, &format!("is longer than {HOST_BYTES} bytes"))?;
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (fixed, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
        fixed.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' => Ok(()),
            b'}' => check.host(false, at, "closes a brace that it does not open"),
            b'A'..=b'Z' => check.host(false, at, "has an upper-case letter"),
            b':' => check.host(false, at, "names a port"),
            _ => check.host(false, at, "has a character that no host name has"),
        })?;
        parts.push(Part::Text(fixed));
        let Some(after) = after.strip_prefix('{') else { break };
        let Some((key, after)) = after.split_once('}') else {
            check.host(false, at, "opens a brace that it does not close")?;
            break;
        };
        check.host(!key.contains('{'), at, "opens a brace in braces")?;
        check.host(!key.is_empty(), at, "has braces without a key")?;
        parts.push(Part::Key(key));
        rest = after;
    }
    let keys = parts.iter().filter(|part| matches!(part, Part::Key(_))).count();
    check.host(keys <= KEYS, at, &format!("has more than {KEYS} keys"))?;
    let labelled = !text.split('.').any(str::is_empty);
    check.host(labelled, at, "has an empty label")?;
    Ok(parts)
}

/// Returns the hosts of a connection, in the order of the templates. A template gives none
/// while a value is missing.
pub(super) fn expand(definition: &Definition, settings: &[Entry]) -> Result<Vec<Host>, BadOutput> {
    const CHECK: Check = Check(Function::Resolve);
    let mut hosts: Vec<Host> = Vec::new();
    for HostTemplate { role, platform, template } in &definition.hosts {
        let mut name = Some(String::new());
        for part in parse(CHECK, "hosts", template)? {
            let value = match part {
                Part::Text(text) => Some(text),
                Part::Key(key) => value(CHECK, key, definition, settings)?,
            };
            name = name.zip(value).map(|(name, value)| name + value);
        }
        let Some(name) = name else { continue };
        let short = name.len() <= HOST_BYTES && name.split('.').all(|label| label.len() <= LABEL_BYTES);
        CHECK.host(short, "settings", &format!("make a host of `{template}` that is too long for a host name"))?;
        CHECK.host(is_host_name(&name), "settings", &format!("make no host name of `{template}`"))?;
        let inside = is_under(&name, &definition.domains);
        CHECK.host(
            inside,
            "settings",
            &format!("make a host of `{template}` outside the domains of the definition"),
        )?;
        let host = Host { role: *role, platform: platform.clone(), name };
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let api = hosts.iter().any(|host| host.role == HostRole::Api);
    CHECK.host(api, "settings", "fill in no template of an `api` host")?;
    Ok(hosts)
}

/// Returns the value of a setting, if it is there and fits. It has been entered by a
/// person, so a connector that passes on what it should have refused is found here.
fn value<'a>(
    check: Check,
    key: &str,
    definition: &Definition,
    settings: &'a [Entry],
) -> Result<Option<&'a str>, BadOutput> {
    let given = settings.iter().find(|(given, _)| given == key).map(|(_, value)| value.as_str());
    let Some(value) = given.filter(|value| !value.is_empty()) else { return Ok(None) };
    let at = format!("settings.{key}");
    if let Some(field) = definition.field(key).filter(|field| field.is_choice()) {
        let listed = field.choices.iter().any(|choice| choice.value == value);
        check.host(listed, &at, "is none of the options of the field")?;
        return Ok(Some(value));
    }
    value.chars().try_for_each(|c| match c {
        'a'..='z' | '0'..='9' | '-' => Ok(()),
        '.' => check.host(false, &at, "has a dot, and fills in one label of a host name"),
        '{' | '}' => check.host(false, &at, "has a brace, and fills in a label of a host name"),
        '%' => check.host(false, &at, "has a percent sign, and fills in a label of a host name"),
        ',' => check.host(false, &at, "has a comma, and fills in a label of a host name"),
        'A'..='Z' => check.host(false, &at, "has an upper-case letter, and fills in a label of a host name"),
        _ => check.host(false, &at, "has a character that no label of a host name has"),
    })?;
    Ok(Some(value))
}
