//! What a recording contains where a secret was.
//!
//! `{{entry:KEY}}` and `{{secret:KEY}}` stand for the entry of a field, `{{basic:A:B}}` for
//! the Basic credentials of two entries (RFC 7617), `{{access_token}}` for the token,
//! `{{refresh_token}}` for what gets the next one and `{{link}}` for path and query of a
//! download link; `{{access_token:2}}` is the second of its kind. `{{state}}`, `{{code}}`,
//! `{{code_verifier}}` and `{{code_challenge}}` are those of a sign-in. `|percent` and other forms of [`Form`] say how it is written there.

use std::fmt;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connector_core::encoding::Form;
use connector_core::records::Definition;
use connector_core::{Entries, Redactor, SHORTEST_SECRET, Secret, trim};
use regex::{Captures, Regex};
use sha2::{Digest as _, Sha256};

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The entry of a field that is no secret.
    Entry(String),
    /// The entry of a secret field.
    Secret(String),
    /// The entries of two fields, joined by a colon; in base64 unless a form says otherwise.
    Basic(String, String),
    /// An access token, or another token that came with one.
    AccessToken,
    /// A refresh token; the first is the one that was kept.
    RefreshToken,
    /// A word of a sign-in.
    SignIn(SignInWord),
    /// Path and query of a link to a download.
    Link,
    /// A `{` that would otherwise be read as the beginning of a placeholder.
    Open,
}

/// What a host makes up for a sign-in, or gets back from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "RFC 6749 and RFC 7636 define them")]
pub enum SignInWord {
    State,
    Code,
    CodeVerifier,
    CodeChallenge,
}

impl SignInWord {
    const ALL: [Self; 4] = [Self::State, Self::Code, Self::CodeVerifier, Self::CodeChallenge];

    fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Code => "code",
            Self::CodeVerifier => "code_verifier",
            Self::CodeChallenge => "code_challenge",
        }
    }

    /// Returns the value that a replay has for it: what a session makes of its first two
    /// [nonces](nonce).
    fn value(self) -> String {
        match self {
            Self::State => BASE64_URL_SAFE_NO_PAD.encode(nonce(1)),
            Self::CodeVerifier => BASE64_URL_SAFE_NO_PAD.encode(nonce(2)),
            Self::CodeChallenge => BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(Self::CodeVerifier.value())),
            Self::Code => "replayed-code-0000000000001".to_owned(),
        }
    }
}

/// Returns the random bytes of the nth context of a replay.
pub(crate) fn nonce(number: u64) -> [u8; 32] {
    let mut bytes = *b"random bytes of a replay........";
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// One place in a recording where something was that nobody should commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Placeholder {
    /// What it stands for.
    pub kind: Kind,
    /// Which of its kind, from 1.
    pub number: u32,
    /// How it is written.
    pub form: Form,
}

const FORMS: [(Form, &str); 7] = [
    (Form::Plain, ""),
    (Form::Percent, "percent"),
    (Form::Form, "form"),
    (Form::Base64, "base64"),
    (Form::Base64Unpadded, "base64-unpadded"),
    (Form::Base64Url, "base64url"),
    (Form::Base64UrlUnpadded, "base64url-unpadded"),
];

/// Highest number of a placeholder: more than any recording needs, and short.
const HIGHEST: u32 = 99_999;

/// More characters than a name can have between its braces: two keys and a form.
const LONGEST_NAME: usize = 200;

/// The constant beginning of the values of tokens and links.
const TOKEN: &str = "replayed.access.token-";
const REFRESH: &str = "replayed.refresh.token-";
const LINK: &str = "replayed-link-";

/// What looks like one of these values.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"replayed(?:\.access\.token|\.refresh\.token|-link)-([0-9]+)").expect("this is a pattern")
});

impl Placeholder {
    /// The first of a kind, as it is.
    pub fn new(kind: Kind) -> Self {
        Self { kind, number: 1, form: Form::Plain }
    }

    /// Reads what is between the braces. None: there is no such placeholder.
    pub fn parse(name: &str) -> Option<Self> {
        let (name, form) = name.split_once('|').unwrap_or((name, ""));
        let form = FORMS.iter().find(|(_, known)| *known == form)?.0;
        let (word, rest) = name.split_once(':').map_or((name, None), |(word, rest)| (word, Some(rest)));
        let key = |key: &str| Some(key.to_owned()).filter(|key| !key.is_empty() && !key.contains(['{', '}', ':']));
        let mut number = 1;
        let kind = match (word, rest) {
            ("entry", Some(rest)) => Kind::Entry(key(rest)?),
            ("secret", Some(rest)) => Kind::Secret(key(rest)?),
            ("basic", Some(rest)) => {
                let (user, password) = rest.split_once(':')?;
                Kind::Basic(key(user)?, key(password)?)
            }
            ("access_token" | "refresh_token" | "link", rest) => {
                if let Some(rest) = rest {
                    number = rest.parse().ok().filter(|number| (1..=HIGHEST).contains(number))?;
                }
                match word {
                    "link" => Kind::Link,
                    "refresh_token" => Kind::RefreshToken,
                    _ => Kind::AccessToken,
                }
            }
            ("open", None) => Kind::Open,
            (word, None) => Kind::SignIn(SignInWord::ALL.into_iter().find(|known| known.name() == word)?),
            _ => return None,
        };
        Some(Self { kind, number, form })
    }

    /// Splits a text at its first placeholder: what is before it, the placeholder, and
    /// what follows.
    pub fn split(text: &str) -> Option<(&str, Self, &str)> {
        Self::split_between(text, "{{", "}}")
    }

    /// Splits a URL, where the braces are percent-encoded.
    pub fn split_url(url: &str) -> Option<(&str, Self, &str)> {
        Self::split_between(url, "%7B%7B", "%7D%7D")
    }

    fn split_between<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, Self, &'a str)> {
        text.match_indices(open).find_map(|(at, _)| {
            let inner = &text[at + open.len()..];
            let nearby = inner.char_indices().nth(LONGEST_NAME).map_or(inner, |(end, _)| &inner[..end]);
            let name = &nearby[..nearby.find(close)?];
            let placeholder = Self::parse(&decoded(name))?;
            Some((&text[..at], placeholder, &inner[name.len() + close.len()..]))
        })
    }

    /// Writes it as a URL has to: braces are none of its characters.
    pub fn in_url(&self) -> String {
        Form::Percent.write(&self.to_string())
    }

    fn write(&self, value: &str) -> String {
        // Never plain: it is what a Basic header contains.
        let form = match (&self.kind, self.form) {
            (Kind::Basic(..), Form::Plain) => Form::Base64,
            (_, form) => form,
        };
        form.write(value)
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Entry(key) => write!(f, "{{{{entry:{key}")?,
            Kind::Secret(key) => write!(f, "{{{{secret:{key}")?,
            Kind::Basic(user, password) => write!(f, "{{{{basic:{user}:{password}")?,
            Kind::AccessToken => f.write_str("{{access_token")?,
            Kind::RefreshToken => f.write_str("{{refresh_token")?,
            Kind::SignIn(word) => write!(f, "{{{{{}", word.name())?,
            Kind::Link => f.write_str("{{link")?,
            Kind::Open => f.write_str("{{open")?,
        }
        if self.number > 1 {
            write!(f, ":{}", self.number)?;
        }
        if self.form != Form::Plain {
            let form = FORMS.iter().find(|(known, _)| *known == self.form).map_or("", |(_, name)| name);
            write!(f, "|{form}")?;
        }
        f.write_str("}}")
    }
}

/// Undoes what [`Placeholder::in_url`] encodes inside of the braces.
fn decoded(name: &str) -> String {
    name.replace("%3A", ":").replace("%7C", "|")
}

/// The values of a recording's placeholders: what a person entered, or values made for the
/// replay, which open nothing.
pub struct Placeholders {
    /// In the order to look for them in a text: what contains others first.
    values: Vec<(Kind, Secret)>,
    /// Finds the secrets in forms that no placeholder stands for.
    redactor: Redactor,
}

impl Placeholders {
    /// Makes a value for every field of a definition.
    pub fn new(definition: &Definition) -> Self {
        Self::of(definition, None)
    }

    /// Takes the values that a person entered, and makes the others.
    pub fn with_entries(definition: &Definition, entries: &Entries) -> Self {
        Self::of(definition, Some(entries))
    }

    fn of(definition: &Definition, entries: Option<&Entries>) -> Self {
        let value = |key: &str, digits: usize| {
            let entered = entries.and_then(|entries| entries.text(key)).map(|text| trim(text).to_owned());
            Secret::new(entered.unwrap_or_else(|| made(key, digits)))
        };
        let (secret, plain): (Vec<_>, Vec<_>) = definition.fields.iter().partition(|field| field.is_secret());
        // The lengths that Nexthink's documentation shows suit most providers.
        let secret: Vec<_> = secret.iter().map(|field| (field.key.clone(), value(&field.key, 43))).collect();
        let plain: Vec<_> = plain.iter().map(|field| (field.key.clone(), value(&field.key, 33))).collect();
        let mut values = Vec::new();
        for (user, name) in &plain {
            for (password, word) in &secret {
                let both = format!("{}:{}", name.expose(), word.expose());
                values.push((Kind::Basic(user.clone(), password.clone()), Secret::new(both)));
            }
        }
        let pairs = plain.iter().chain(&secret).map(|(key, value)| (key.clone(), value.expose().to_owned()));
        let keys: Vec<_> = secret.iter().map(|(key, _)| key.clone()).collect();
        let redactor = Redactor::new(&Entries::new(pairs.collect(), &keys), &[]).and(&Secret::new(token(1)));
        values.extend(SignInWord::ALL.map(|word| (Kind::SignIn(word), Secret::new(word.value()))));
        values.extend(secret.into_iter().map(|(key, value)| (Kind::Secret(key), value)));
        values.extend(plain.into_iter().map(|(key, value)| (Kind::Entry(key), value)));
        Self { values, redactor }
    }

    /// Replaces placeholders by their values.
    ///
    /// # Errors
    ///
    /// Returns a placeholder that does not exist.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        // One pass, so that a value which looks like a placeholder is left alone.
        while let Some((before, from)) = rest.find("{{").map(|at| rest.split_at(at)) {
            let Some(end) = from.find("}}") else { break };
            let (name, after) = from.split_at(end + 2);
            let placeholder = Placeholder::parse(&name[2..end]).ok_or(name)?;
            filled += before;
            filled += &self.value(&placeholder).ok_or(name)?;
            rest = after;
        }
        Ok(filled + rest)
    }

    /// Replaces placeholders in a URL, where their braces are percent-encoded.
    ///
    /// # Errors
    ///
    /// Returns a placeholder that does not exist.
    pub fn fill_url(&self, url: &str) -> Result<String, String> {
        let mut plain = String::new();
        let mut rest = url;
        while let Some((before, from)) = rest.split_once("%7B%7B") {
            let Some((name, after)) = from.split_once("%7D%7D") else { break };
            plain.extend([before, "{{", &decoded(name), "}}"]);
            rest = after;
        }
        self.fill(&(plain + rest))
    }

    /// Replaces values by their placeholders, and hides secrets in any other form.
    pub fn restore(&self, text: &str) -> String {
        let mut restored = text.to_owned();
        for (kind, value) in &self.values {
            let placeholder = Placeholder::new(kind.clone());
            let value = placeholder.write(value.expose());
            // A value of a few letters would be found inside of other words.
            if value.len() >= SHORTEST_SECRET {
                restored = restored.replace(&value, &placeholder.to_string());
            }
        }
        let restored = NUMBERED.replace_all(&restored, |found: &Captures<'_>| {
            let kind = match &found[0] {
                link if link.starts_with(LINK) => Kind::Link,
                refresh if refresh.starts_with(REFRESH) => Kind::RefreshToken,
                _ => Kind::AccessToken,
            };
            let number = found[1].parse().ok().filter(|number| (1..=HIGHEST).contains(number));
            let placeholder = number.map(|number| Placeholder { number, ..Placeholder::new(kind) });
            let placeholder = placeholder.filter(|placeholder| self.value(placeholder).as_deref() == Some(&found[0]));
            placeholder.map_or_else(|| found[0].to_owned(), |placeholder| placeholder.to_string())
        });
        self.redactor.hide(&restored)
    }

    fn value(&self, placeholder: &Placeholder) -> Option<String> {
        let value = match &placeholder.kind {
            Kind::AccessToken => token(placeholder.number),
            Kind::RefreshToken => format!("{REFRESH}{:018}", placeholder.number),
            Kind::Link => link(placeholder.number),
            Kind::Open => "{".to_owned(),
            kind => self.values.iter().find(|(known, _)| known == kind)?.1.expose().to_owned(),
        };
        Some(placeholder.write(&value))
    }
}

/// Makes a value for a field: unreserved characters (RFC 3986 §2.3), so that it looks the
/// same in JSON, in a URL and in a form.
fn made(key: &str, digits: usize) -> String {
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{:0<width$}1", format!("replayed{key}"), width = digits - 1)
}

fn token(number: u32) -> String {
    format!("{TOKEN}{number:019}")
}

fn link(number: u32) -> String {
    format!("{LINK}{number:04}")
}

#[cfg(test)]
pub(crate) mod tests;
