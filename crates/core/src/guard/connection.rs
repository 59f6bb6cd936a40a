//! Checks a connection: which hosts will see credentials.

use url::Url;

use super::check::Check;
use super::definition::{is_host_name, is_under};
use super::output::BadOutput;
use crate::functions::Function;
use crate::raw::Entry;
use crate::records::{Connection, Definition};
use crate::redact::Redactor;

const CHECK: Check = Check(Function::Resolve);

pub(crate) fn check(raw: Connection, definition: &Definition, redactor: &Redactor) -> Result<Connection, BadOutput> {
    CHECK.optional_line("key", &raw.key)?;
    CHECK.line("label", &raw.label)?;
    CHECK.lines("notes", &raw.notes)?;
    settings(&raw.settings, definition)?;
    hosts(&raw.hosts, definition)?;
    base_url(&raw.base_url, &raw.hosts)?;
    CHECK.harmless_whole("key", &raw.key, redactor)?;
    CHECK.harmless_whole("label", &raw.label, redactor)?;
    CHECK.harmless_whole("base-url", &raw.base_url, redactor)?;
    for (at, texts) in [("notes", &raw.notes), ("hosts", &raw.hosts)] {
        for (i, text) in texts.iter().enumerate() {
            CHECK.harmless_whole(&format!("{at}[{i}]"), text, redactor)?;
        }
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

/// Accepts hosts under the domains that the platform fixed when the connector was
/// installed, and none else: this is what keeps credentials from leaving.
fn hosts(hosts: &[String], definition: &Definition) -> Result<(), BadOutput> {
    CHECK.list("hosts", hosts)?;
    CHECK.host(!hosts.is_empty(), "hosts", "is empty")?;
    CHECK.unique("hosts", hosts.iter().map(String::as_str))?;
    for (i, host) in hosts.iter().enumerate() {
        let at = format!("hosts[{i}]");
        CHECK.host(is_host_name(host), &at, "is not a host name in lower case")?;
        CHECK.host(is_under(host, &definition.domains), &at, "lies outside the domains of the definition")?;
    }
    Ok(())
}

fn base_url(base_url: &str, hosts: &[String]) -> Result<(), BadOutput> {
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
    let allowed = url.host_str().is_some_and(|host| hosts.iter().any(|given| given == host));
    CHECK.host(allowed, at, "names a host that is not among the connection's hosts")
}
