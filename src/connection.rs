//! From entries to a connection: normalise, validate, derive.

use crate::credentials::{self, ClientId, ClientSecret, CredentialError};
use crate::entries::{Entries, FieldValue};
use crate::key::Key;
use crate::problem::{Problem, ProblemCode};
use crate::tenant::address::{self, AddressError};
use crate::tenant::{Instance, InstanceError, Region, Tenant};
use crate::text;

/// Longest address to accept, in Unicode scalar values: what the address bars of
/// browsers hold without trouble.
pub const MAX_ADDRESS: u32 = 2048;

/// A tenant and a client, without any secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The tenant.
    pub tenant: Tenant,
    /// The client id. `None`: not typed yet.
    pub client_id: Option<ClientId>,
    /// Values that were derived or changed, one sentence each.
    pub notes: Vec<String>,
}

impl Connection {
    /// Returns the stable identity, which changes with instance, region or client
    /// id. Empty while the client id is missing.
    pub fn key(&self) -> String {
        let Tenant { instance, region } = &self.tenant;
        self.client_id.as_ref().map_or_else(String::new, |id| {
            // Neither instance nor region can contain a slash, so no two
            // connections share a key whatever the id contains.
            format!("nexthink/{}/{}/{}", region.code(), instance.as_str(), id.as_str())
        })
    }

    /// Returns the values after normalisation, without secrets.
    pub fn settings(&self) -> Vec<(Key, String)> {
        let id = self.client_id.as_ref().map(|id| (Key::ClientId, id.as_str().to_owned()));
        [(Key::Instance, self.tenant.instance.as_str().to_owned()), (Key::Region, self.tenant.region.code().to_owned())]
            .into_iter()
            .chain(id)
            .collect()
    }

    /// Returns the root URL of the API, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("https://{}", self.tenant.api_host())
    }
}

/// Normalises and validates the entries so far.
///
/// Requires instance and region, checks the client id when it is there, and ignores
/// the client secret, so that a form can call it while it is being filled in.
///
/// # Errors
///
/// Returns every problem at once.
pub fn resolve(entries: &Entries) -> Result<Connection, Vec<Problem>> {
    let mut problems = entries.key_problems(&Key::labels());
    let mut notes = Vec::new();
    let tenant = tenant(entries, &mut notes, &mut problems);
    let client_id = client_id(entries, &mut notes, &mut problems);
    match tenant {
        Some(tenant) if problems.is_empty() => Ok(Connection { tenant, client_id, notes }),
        _ => Err(problems),
    }
}

/// Parses the client secret.
///
/// # Errors
///
/// Returns the problem; `None` when the field occurs more than once, which
/// [`resolve`] reports.
pub(crate) fn client_secret(entries: &Entries, notes: &mut Vec<String>) -> Result<ClientSecret, Option<Problem>> {
    let text = match entries.field_value(Key::ClientSecret) {
        FieldValue::Single(text) => trimmed(Key::ClientSecret, text, notes),
        FieldValue::Missing => return Err(Some(required(Key::ClientSecret))),
        FieldValue::Repeated => return Err(None),
    };
    ClientSecret::parse(text).map_err(|error| Some(refused(Key::ClientSecret, error)))
}

/// Creates the problem of a missing value.
pub(crate) fn required(key: Key) -> Problem {
    Problem::of(key, ProblemCode::Required, format!("{} is missing.", key.label())).hint(match key {
        Key::Instance => "Enter the first part of your Nexthink address, or paste the whole address.",
        Key::Region => "Choose the region, or paste your whole Nexthink address as the instance name.",
        Key::ClientId | Key::ClientSecret => {
            "Copy it from the dialog that Nexthink shows when the credentials are created."
        }
    })
}

fn tenant(entries: &Entries, notes: &mut Vec<String>, problems: &mut Vec<Problem>) -> Option<Tenant> {
    let region = match entries.field_value(Key::Region) {
        FieldValue::Single(text) => region(text).map(Some),
        FieldValue::Missing => Ok(None),
        FieldValue::Repeated => Err(None),
    };
    let instance = match entries.field_value(Key::Instance) {
        FieldValue::Single(text) => instance_input(text::trim(text)),
        FieldValue::Missing => Err(Some(required(Key::Instance))),
        FieldValue::Repeated => Err(None),
    };
    // An address that could not be parsed may still have been meant to name the
    // region.
    let address_meant =
        matches!(entries.field_value(Key::Instance), FieldValue::Single(text) if address::looks_like_address(text));
    match (instance, region) {
        (Ok(InstanceInput::Name(instance)), Ok(Some(region))) => Some(Tenant { instance, region }),
        (Ok(InstanceInput::Address(tenant)), Ok(Some(region))) if region != tenant.region => {
            problems.push(contradiction(tenant.region, region));
            None
        }
        (Ok(InstanceInput::Address(tenant)), Ok(_)) => {
            notes.push(derived_note(&tenant));
            Some(tenant)
        }
        (instance, region) => {
            let named = matches!(instance, Ok(InstanceInput::Address(_))) || address_meant;
            problems.extend(instance.err().flatten());
            match region {
                Ok(None) if !named => problems.push(required(Key::Region)),
                Ok(_) => {}
                Err(problem) => problems.extend(problem),
            }
            None
        }
    }
}

/// A value of the instance field.
enum InstanceInput {
    Name(Instance),
    Address(Tenant),
}

fn instance_input(text: &str) -> Result<InstanceInput, Option<Problem>> {
    if text.chars().count() > MAX_ADDRESS as usize {
        let message = format!("The address has more than {MAX_ADDRESS} characters.");
        return Err(Some(
            Problem::of(Key::Instance, ProblemCode::TooLong, message)
                .hint("Only its beginning is needed, up to nexthink.cloud."),
        ));
    }
    if address::looks_like_address(text) {
        address::parse(text).map(InstanceInput::Address).map_err(|error| Some(not_an_address(error)))
    } else {
        Instance::parse(text).map(InstanceInput::Name).map_err(|error| Some(not_a_name(error)))
    }
}

fn region(text: &str) -> Result<Region, Option<Problem>> {
    Region::parse(text::trim(text)).ok_or_else(|| {
        Some(
            Problem::of(Key::Region, ProblemCode::NotAnOption, "This region is not known.")
                .hint(format!("Nexthink has the regions {}.", Region::NAMES)),
        )
    })
}

fn client_id(entries: &Entries, notes: &mut Vec<String>, problems: &mut Vec<Problem>) -> Option<ClientId> {
    let FieldValue::Single(text) = entries.field_value(Key::ClientId) else { return None };
    let id = ClientId::parse(trimmed(Key::ClientId, text, notes));
    id.map_err(|error| problems.push(refused(Key::ClientId, error))).ok()
}

fn trimmed<'a>(key: Key, text: &'a str, notes: &mut Vec<String>) -> &'a str {
    let trimmed = text::trim(text);
    if trimmed.len() != text.len() {
        notes.push(format!("White space around the {} was left out.", key.label().to_ascii_lowercase()));
    }
    trimmed
}

fn derived_note(tenant: &Tenant) -> String {
    format!(
        "From the address: instance {}, region {} ({}).",
        tenant.instance.as_str(),
        tenant.region.code(),
        tenant.region.label()
    )
}

fn contradiction(address: Region, chosen: Region) -> Problem {
    let message = format!("The address lies in region {}, but {} is chosen.", address.code(), chosen.code());
    Problem::of(Key::Region, ProblemCode::Contradiction, message)
        .hint("Leave the region empty to take it from the address, or correct the address.")
}

fn not_a_name(error: InstanceError) -> Problem {
    let code = match error {
        InstanceError::TooLong => ProblemCode::TooLong,
        InstanceError::Characters | InstanceError::HyphenAtEdge | InstanceError::Encoded => ProblemCode::BadFormat,
    };
    Problem::of(Key::Instance, code, error.to_string())
        .hint("For the address nxdocs.data.eu.nexthink.cloud it is nxdocs. You can also paste the whole address.")
}

fn not_an_address(error: AddressError) -> Problem {
    let (code, hint) = match error {
        AddressError::Region => (ProblemCode::NotAnOption, format!("Nexthink has the regions {}.", Region::NAMES)),
        AddressError::Instance(error) => return not_a_name(error),
        AddressError::Shared => (
            ProblemCode::BadFormat,
            "Paste the address that your browser shows when you are signed in to Nexthink.".to_owned(),
        ),
        _ => (
            ProblemCode::BadFormat,
            "An address looks like https://nxdocs.eu.nexthink.cloud or nxdocs.data.eu.nexthink.cloud; \
             its first part alone will do as well."
                .to_owned(),
        ),
    };
    Problem::of(Key::Instance, code, error.to_string()).hint(hint)
}

fn refused(key: Key, error: CredentialError) -> Problem {
    let code = match error {
        CredentialError::Control => ProblemCode::ControlCharacter,
        CredentialError::Colon => ProblemCode::BadFormat,
        CredentialError::TooLong => ProblemCode::TooLong,
    };
    let hint = match error {
        CredentialError::TooLong => format!("It has at most {} bytes.", credentials::MAX_BYTES),
        _ => "Copy it again with the Copy button in Nexthink.".to_owned(),
    };
    Problem::of(key, code, format!("The {} {error}", key.label().to_ascii_lowercase())).hint(hint)
}

#[cfg(test)]
mod tests;
