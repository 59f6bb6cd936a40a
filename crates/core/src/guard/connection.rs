//! Checks a connection: which hosts will see credentials.

use url::Url;

use super::check::Check;
use super::hosts::expand;
use super::output::BadOutput;
use crate::functions::Function;
use crate::raw::{self, Entry};
use crate::records::{Connection, Definition, HostRole};
use crate::redact::Redactor;

const CHECK: Check = Check(Function::Resolve);

pub(crate) fn check(
    raw: raw::Connection,
    definition: &Definition,
    redactor: &Redactor,
) -> Result<Connection, BadOutput> {
    CHECK.optional_line("key", &raw.key)?;
    CHECK.line("label", &raw.label)?;
    CHECK.lines("notes", &raw.notes)?;
    settings(&raw.settings, definition)?;
    let hosts = expand(definition, &raw.settings)?;
    let raw::Connection { key, label, settings, base_url, notes } = raw;
    let raw = Connection { key, label, settings, hosts, base_url, notes };
    check_base_url(&raw)?;
    CHECK.harmless_whole("key", &raw.key, redactor)?;
    CHECK.harmless_whole("label", &raw.label, redactor)?;
    CHECK.harmless_whole("base-url", &raw.base_url, redactor)?;
    for (i, note) in raw.notes.iter().enumerate() {
        CHECK.harmless_whole(&format!("notes[{i}]"), note, redactor)?;
    }
    for (key, value) in &raw.settings {
        CHECK.harmless_whole(&format!("settings.{key}"), value, redactor)?;
    }
    Ok(raw)
}

fn settings(settings: &[Entry], definition: &Definition) -> Result<(), BadOutput> {
    CHECK.list("settings", settings)?;
    CHECK.unique("settings", settings.iter().map(|(key, _)| key.as_str()))?;
    for (key, value) in settings {
        let field = definition.field(key);
        let known = field.is_some_and(|field| !field.is_secret());
        CHECK.ensure(known, "settings", "holds a key that is no field, or a secret one")?;
        CHECK.optional_line(&format!("settings.{key}"), value)?;
    }
    Ok(())
}

fn check_base_url(connection: &Connection) -> Result<(), BadOutput> {
    let base_url = connection.base_url.as_str();
    let at = "base-url";
    CHECK.line(at, base_url)?;
    let Ok(url) = Url::parse(base_url) else { return CHECK.host(false, at, "is not a URL") };
    // The parser adds a slash where there is no path; any other difference
    // means that it repaired something.
    let normal = url.as_str().strip_suffix('/').unwrap_or(url.as_str()) == base_url;
    CHECK.host(normal && url.scheme() == "https", at, "is not an `https` URL in normal form")?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    CHECK.host(bare, at, "names a user, port, query or fragment")?;
    let api = url.host_str().is_some_and(|host| connection.has_host(HostRole::Api, host));
    CHECK.host(api, at, "names a host that is none of the connection's `api` hosts")
}
