//! The placeholders that a recording can hold, and what stands in for each.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use url::form_urlencoded;

/// Names one place in a recording where something stood that nobody should
/// commit: `{{kind}}`, `{{kind:2}}` for the second of its kind, and
/// `{{kind|form}}` where it stood in another form than as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placeholder {
    /// What stood there.
    pub kind: Kind,
    /// Which of its kind, from 1.
    pub number: u32,
    /// How it was written.
    pub form: Form,
}

/// Names what a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The client id.
    ClientId,
    /// The client secret.
    ClientSecret,
    /// Client id, colon, client secret; always in base64.
    Basic,
    /// An access token, or another token that came with one.
    AccessToken,
    /// The instance name: the tenant.
    Instance,
    /// A JSON Web Token that is not known as an access token.
    Jwt,
    /// An e-mail address.
    Email,
    /// A Windows security identifier.
    Sid,
    /// All that follows `https://` in a URL that is a credential itself.
    SignedUrl,
    /// A `{` that would otherwise be read as the beginning of a placeholder.
    Open,
}

/// Names how a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it is; of [`Kind::Basic`] standard base64 with padding.
    Plain,
    /// Percent-encoded (RFC 3986 §2.1).
    Percent,
    /// As a form encodes it, spaces as `+`.
    Form,
    /// Standard base64 with padding (RFC 4648 §4).
    Base64,
    /// Standard base64 without padding.
    Base64Unpadded,
    /// Base64 for URLs with padding (RFC 4648 §5).
    Base64Url,
    /// Base64 for URLs without padding.
    Base64UrlUnpadded,
}

const KINDS: [(Kind, &str); 10] = [
    (Kind::ClientId, "client_id"),
    (Kind::ClientSecret, "client_secret"),
    (Kind::Basic, "basic"),
    (Kind::AccessToken, "access_token"),
    (Kind::Instance, "instance"),
    (Kind::Jwt, "jwt"),
    (Kind::Email, "email"),
    (Kind::Sid, "sid"),
    (Kind::SignedUrl, "signed_url"),
    (Kind::Open, "open"),
];

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

/// More characters than a name can have between its braces.
const LONGEST_NAME: usize = 64;

/// First relative identifier that Windows gives to an account of its own.
const FIRST_ACCOUNT: u32 = 1000;

impl Kind {
    /// Tells whether there can be several.
    fn is_numbered(self) -> bool {
        matches!(self, Self::AccessToken | Self::Jwt | Self::Email | Self::Sid | Self::SignedUrl)
    }

    /// Returns the constant beginning of a numbered stand-in.
    fn beginning(self) -> Option<&'static str> {
        match self {
            Self::AccessToken => Some("replayed.access.token-"),
            Self::Jwt => Some("replayed.json-web.token-"),
            Self::Email => Some("person"),
            Self::Sid => Some("S-1-5-21-0-0-0-"),
            Self::SignedUrl => Some("signed-url-"),
            _ => None,
        }
    }

    /// Returns what stands in for the `number`th of its kind. All but an e-mail
    /// address and `{` consist of unreserved characters (RFC 3986 §2.3), so that
    /// they look the same in JSON, in a URL and in a form. They open nothing, and
    /// hosts under `.invalid` do not exist (RFC 2606 §2).
    pub(super) fn stand_in(self, number: u32) -> String {
        let beginning = self.beginning().unwrap_or_default();
        match self {
            // The shape that Nexthink's documentation shows.
            Self::ClientId => "replayedclientid00000000000000001".to_owned(),
            Self::ClientSecret => "replayedclientsecret00000000000000000000001".to_owned(),
            Self::Basic => {
                format!("{}:{}", Self::ClientId.stand_in(number), Self::ClientSecret.stand_in(number))
            }
            Self::AccessToken => format!("{beginning}{number:019}"),
            Self::Instance => "replayed-instance".to_owned(),
            Self::Jwt => format!("{beginning}{number:04}"),
            Self::Email if number == 1 => format!("{beginning}@example.invalid"),
            Self::Email => format!("{beginning}-{number}@example.invalid"),
            Self::Sid => format!("{beginning}{}", FIRST_ACCOUNT + number),
            Self::SignedUrl => format!("{beginning}{number}.example.invalid"),
            Self::Open => "{".to_owned(),
        }
    }
}

impl Form {
    /// Writes a text in this form.
    pub fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Percent => text.bytes().map(percent).collect(),
            Self::Form => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            Self::Base64 => STANDARD.encode(text),
            Self::Base64Unpadded => STANDARD_NO_PAD.encode(text),
            Self::Base64Url => URL_SAFE.encode(text),
            Self::Base64UrlUnpadded => URL_SAFE_NO_PAD.encode(text),
        }
    }

    /// Returns the forms that are base64.
    pub fn base64() -> [Self; 4] {
        [Self::Base64, Self::Base64Unpadded, Self::Base64Url, Self::Base64UrlUnpadded]
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

impl Placeholder {
    /// Names the first of a kind, as it is.
    pub fn new(kind: Kind) -> Self {
        Self { kind, number: 1, form: Form::Plain }
    }

    /// Reads what stands between the braces. None: there is no such placeholder.
    pub fn parse(name: &str) -> Option<Self> {
        let (name, form) = name.split_once('|').map_or((name, Some("")), |(name, form)| (name, Some(form)));
        let (name, number) = name.split_once(':').unwrap_or((name, "1"));
        let read = Self {
            kind: KINDS.iter().find(|(_, known)| *known == name)?.0,
            number: number.parse().ok().filter(|number| (1..=HIGHEST).contains(number))?,
            form: FORMS.iter().find(|(_, known)| Some(*known) == form)?.0,
        };
        Some(read).filter(|read| read.number == 1 || read.kind.is_numbered())
    }

    /// Splits a text at its first placeholder that exists: what stands before it,
    /// the placeholder, and what follows.
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
    pub fn in_url(self) -> String {
        self.to_string().bytes().map(percent).collect()
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |kind| KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name);
        f.write_str("{{")?;
        f.write_str(name(self.kind))?;
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
pub(super) fn decoded(name: &str) -> String {
    name.replace("%3A", ":").replace("%7C", "|")
}

/// Replaces stand-ins of the kinds that can be several by their placeholders.
pub(super) fn restore_numbered(text: &str) -> String {
    let forms = [
        (Kind::AccessToken, Form::Plain),
        (Kind::Jwt, Form::Plain),
        (Kind::Email, Form::Plain),
        (Kind::Email, Form::Percent),
        (Kind::Sid, Form::Plain),
        (Kind::SignedUrl, Form::Plain),
    ];
    forms.iter().fold(text.to_owned(), |text, (kind, form)| restore(&text, *kind, *form))
}

fn restore(text: &str, kind: Kind, form: Form) -> String {
    let Some(beginning) = kind.beginning() else { return text.to_owned() };
    let mut restored = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(beginning) {
        let tail = &rest[at + beginning.len()..];
        let digits = tail.strip_prefix('-').unwrap_or(tail);
        let end = digits.bytes().take_while(u8::is_ascii_digit).count();
        let number = if end == 0 { Some(1) } else { digits[..end].parse().ok() };
        let base = if kind == Kind::Sid { FIRST_ACCOUNT } else { 0 };
        let number = number.and_then(|number: u32| number.checked_sub(base)).filter(|n| (1..=HIGHEST).contains(n));
        let found = number.map(|number| (Placeholder { kind, number, form }, form.write(&kind.stand_in(number))));
        restored += &rest[..at];
        if let Some((placeholder, text)) = found.filter(|(_, text)| rest[at..].starts_with(text.as_str())) {
            restored += &placeholder.to_string();
            rest = &rest[at + text.len()..];
        } else {
            restored += beginning;
            rest = tail;
        }
    }
    restored + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_read_as_it_is_written() {
        for (kind, _) in KINDS {
            for (form, _) in FORMS {
                for number in [1, 2, 99_999] {
                    let placeholder = Placeholder { kind, number, form };
                    let written = placeholder.to_string();
                    let read = Placeholder::parse(&written[2..written.len() - 2]);
                    assert_eq!(read, Some(placeholder).filter(|_| number == 1 || kind.is_numbered()), "{written}");
                    if let Some(read) = read {
                        assert_eq!(
                            Placeholder::split(&format!("a{{ {{{{x}}}} {read}b")),
                            Some(("a{ {{x}} ", read, "b"))
                        );
                        let url = format!("a%7B%7Bx{}b", read.in_url());
                        assert_eq!(Placeholder::split_url(&url), Some(("a%7B%7Bx", read, "b")), "{url}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_that_is_no_placeholder_is_refused() {
        for name in ["", "tenant", "client_id:2", "email:0", "email:100000", "email|rot13", "email:", "CLIENT_ID"] {
            assert_eq!(Placeholder::parse(name), None, "{name}");
        }
    }

    #[test]
    fn every_numbered_stand_in_is_restored() {
        for kind in [Kind::AccessToken, Kind::Jwt, Kind::Email, Kind::Sid, Kind::SignedUrl] {
            for number in [1, 2, 10, 99_999] {
                let text = format!("x {} y", kind.stand_in(number));
                let placeholder = Placeholder { number, ..Placeholder::new(kind) };
                assert_eq!(restore_numbered(&text), format!("x {placeholder} y"));
            }
        }
        assert_eq!(restore_numbered("a=person-2%40example.invalid"), "a={{email:2|percent}}");
        for text in ["a person-2 b", "S-1-5-21-0-0-0-7", "signed-url-", "replayed.access.token-1", "person@example.com"]
        {
            assert_eq!(restore_numbered(text), text);
        }
    }
}
