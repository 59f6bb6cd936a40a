//! What a recording must not give away.

use std::fmt;

use super::Refused;
use crate::entries::{Entries, trim};
use crate::har::Kind;
use crate::model::{Connection, Secret};

/// Shortest secret that can be told from other text, in characters. It is that of
/// [`crate::redact`].
pub(super) const SHORTEST_SECRET: usize = 8;

/// Shortest instance name that can be told from other text, in characters. It is
/// looked for as a word of its own.
const SHORTEST_NAME: usize = 3;

/// Members of a response that hold tokens (RFC 6749 §5.1, `OpenID` Connect
/// Core §3.1.3.3); the access token first, because it gets the first number.
const TOKEN_MEMBERS: [&str; 3] = ["access_token", "refresh_token", "id_token"];

/// Holds what a recording must not give away: what was entered, where it led, and
/// the tokens that came back. `Debug` shows none of it.
pub struct Subject {
    pub(super) entered: Vec<(String, Secret)>,
    /// Everything secret, with the placeholder if there is one, and a word for it.
    pub(super) secrets: Vec<Known>,
    pub(super) instance: Option<String>,
    pub(super) domains: Vec<String>,
}

/// Holds one secret.
pub(super) struct Known {
    pub(super) kind: Option<Kind>,
    pub(super) what: &'static str,
    pub(super) value: Secret,
}

impl Subject {
    /// Takes what was entered, where it leads, and the domains of the definition.
    ///
    /// # Errors
    ///
    /// Refuses secrets and names that are too short to be found in other text.
    pub fn new(entries: &Entries, connection: Option<&Connection>, domains: &[String]) -> Result<Self, Refused> {
        let entered: Vec<_> =
            entries.pairs().iter().map(|(key, text)| (key.clone(), Secret::new(text.as_str()))).collect();
        let mut subject = Self { entered, secrets: Vec::new(), instance: None, domains: domains.to_vec() };
        for (key, text) in entries.pairs() {
            match key.as_str() {
                "client_id" => subject.learn(Some(Kind::ClientId), "client id", text)?,
                "client_secret" => subject.learn(Some(Kind::ClientSecret), "client secret", text)?,
                _ => {}
            }
        }
        for text in entries.secrets() {
            subject.learn(None, "secret entry", text)?;
        }
        let settings = connection.map(|connection| connection.settings.as_slice()).unwrap_or_default();
        let resolved = settings.iter().find(|(key, _)| key == "instance").map(|(_, text)| text.as_str());
        let entered = entries.text("instance").map(trim).filter(|text| is_label(text));
        subject.instance = resolved.or(entered).filter(|name| !name.is_empty()).map(str::to_owned);
        match &subject.instance {
            Some(name) if name.chars().count() < SHORTEST_NAME => {
                Err(Refused::TooShort { what: "instance name", least: SHORTEST_NAME })
            }
            _ => Ok(subject),
        }
    }

    /// Learns a secret, unless it is known.
    fn learn(&mut self, kind: Option<Kind>, what: &'static str, text: &str) -> Result<(), Refused> {
        let text = trim(text);
        if text.is_empty() || self.secrets.iter().any(|known| known.value.expose() == text) {
            return Ok(());
        }
        if text.chars().count() < SHORTEST_SECRET {
            return Err(Refused::TooShort { what, least: SHORTEST_SECRET });
        }
        self.secrets.push(Known { kind, what, value: Secret::new(text) });
        Ok(())
    }

    /// Learns the token of an `authorization` header.
    pub(super) fn learn_bearer(&mut self, header: &str) -> Result<(), Refused> {
        match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                self.learn(Some(Kind::AccessToken), "access token", token)
            }
            _ => Ok(()),
        }
    }

    /// Learns the tokens of a response, also of one that was cut short.
    pub(super) fn learn_tokens(&mut self, body: &str) -> Result<(), Refused> {
        for member in TOKEN_MEMBERS {
            for (at, _) in body.match_indices(member) {
                if let Some(token) = member_text(&body[at + member.len()..]) {
                    self.learn(Some(Kind::AccessToken), "access token", &token)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the tokens in the order learned.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.secrets.iter().filter(move |known| known.kind == Some(kind)).map(|known| known.value.expose())
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.entered.iter().map(|(key, _)| key).collect();
        f.debug_struct("Subject").field("entered", &keys).finish_non_exhaustive()
    }
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Returns the JSON text of a member, given what follows its name: the rest of the
/// body if the text does not end. The name's own quotes may be escaped, as in JSON
/// inside of JSON.
fn member_text(after_name: &str) -> Option<String> {
    let after_name = after_name.trim_start_matches('\\').strip_prefix('"')?;
    let value = after_name.trim_start().strip_prefix(':')?.trim_start();
    let quoted = value.trim_start_matches('\\').strip_prefix('"')?;
    // As many backslashes as before the first quote.
    let quote = &value[..value.len() - quoted.len()];
    let ends = |at: usize| quote.len() > 1 || !quoted[..at].ends_with('\\') || quoted[..at].ends_with("\\\\");
    let end = quoted.match_indices(quote).map(|(at, _)| at).find(|at| ends(*at));
    let text = &quoted[..end.unwrap_or(quoted.len())];
    Some(serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_however_it_is_spelled() {
        for body in [
            r#"{"access_token":"a/b-token-1"}"#,
            r#"{"access_token" : "a\/b-token-1", "x": 1}"#,
            r#"{"access_token":"\u0061/b-token-1"#,
            r#"{"raw":"{\"access_token\":\"a/b-token-1\"}"}"#,
        ] {
            let mut subject = Subject::new(&Entries::new(Vec::new(), &[] as &[&str]), None, &[]).unwrap();
            subject.learn_tokens(body).unwrap();
            assert_eq!(subject.of(Kind::AccessToken).collect::<Vec<_>>(), ["a/b-token-1"], "{body}");
        }
    }

    #[test]
    fn what_is_no_text_is_no_token() {
        for rest in ["", "\"", "\":", "\":7", "\":null", "x\":\"y\""] {
            assert_eq!(member_text(rest), None, "{rest}");
        }
    }
}
