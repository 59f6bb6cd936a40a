//! What a platform shows: the provider, its form, its permissions and its guide.

/// All that a platform needs to show a provider and its form; see the contract.
#[derive(Debug)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Definition {
    pub id: &'static str,
    pub name: &'static str,
    pub summary: &'static str,
    pub version: &'static str,
    pub categories: &'static [&'static str],
    pub icon: &'static str,
    /// Pairs of relation and URL.
    pub links: &'static [(&'static str, &'static str)],
    pub domains: &'static [&'static str],
    pub hosts: &'static [HostTemplate],
    pub auth: &'static str,
    pub fields: &'static [Field],
    pub permissions: &'static [Permission],
    pub prerequisites: &'static [&'static str],
    pub guide: &'static [GuideStep],
}

impl Definition {
    /// Returns pairs of key and label, in the order of the form.
    pub fn labels(&self) -> Vec<(&'static str, &'static str)> {
        self.fields.iter().map(|field| (field.key, field.label)).collect()
    }
}

/// A field of the form.
#[derive(Debug)]
pub struct Field {
    /// Stable identity.
    pub key: &'static str,
    /// Label to show beside the input.
    pub label: &'static str,
    /// One or two sentences of help.
    pub description: &'static str,
    /// How to show the field.
    pub kind: FieldKind,
    /// Whether it must be filled in in every case.
    pub required: bool,
    /// A value of the right format. `None` for a secret.
    pub example: Option<&'static str>,
    /// ECMA-262 expression that the whole value matches, white space around it
    /// included. `None`: any value.
    pub pattern: Option<&'static str>,
    /// Longest value in Unicode scalar values, white space around it not counted.
    /// `None`: the choices bound it.
    pub max_length: Option<u32>,
    /// Id of the guide step that helps to find the value. `None`: no step.
    pub guide_step: Option<&'static str>,
}

impl Field {
    /// Defines a choice that has to be made.
    pub const fn choice(
        key: &'static str,
        label: &'static str,
        options: &'static [Choice],
        description: &'static str,
    ) -> Self {
        let kind = FieldKind::Choice(options);
        Self {
            key,
            label,
            description,
            kind,
            required: true,
            example: None,
            pattern: None,
            max_length: None,
            guide_step: None,
        }
    }

    /// Defines a secret of visible ASCII that has to be entered; see
    /// [`header_secret`](crate::entries::Entries::header_secret).
    pub const fn secret(key: &'static str, label: &'static str, description: &'static str, max_length: u32) -> Self {
        let pattern = Some(r"[\s\u0085]*[!-~]+[\s\u0085]*");
        let max_length = Some(max_length);
        let kind = FieldKind::Secret;
        Self { key, label, description, kind, required: true, example: None, pattern, max_length, guide_step: None }
    }

    /// Lets a secret be left out.
    pub const fn optional(self) -> Self {
        Self { required: false, pattern: Some(r"[\s\u0085]*[!-~]*[\s\u0085]*"), ..self }
    }

    /// Sets a value of the right format.
    pub const fn with_example(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }

    /// Sets the guide step that helps to find the value.
    pub const fn with_step(self, step: &'static str) -> Self {
        Self { guide_step: Some(step), ..self }
    }
}

/// A kind of field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// One line of text that nobody else may see.
    Secret,
    /// A choice of these options.
    Choice(&'static [Choice]),
}

impl FieldKind {
    /// Returns the kind as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Secret => "secret",
            Self::Choice(_) => "choice",
        }
    }

    /// Returns the options; empty unless the kind is a choice.
    pub fn choices(self) -> &'static [Choice] {
        match self {
            Self::Text | Self::Secret => &[],
            Self::Choice(choices) => choices,
        }
    }
}

/// One option of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Value to store.
    pub value: &'static str,
    /// Label to show.
    pub label: &'static str,
}

/// A permission that the credentials may or may not have.
#[derive(Debug)]
pub struct Permission {
    /// Stable identity.
    pub id: &'static str,
    /// Label, as the provider's own administration page spells it.
    pub label: &'static str,
    /// What it allows, as a phrase.
    pub purpose: &'static str,
}

/// One step of the guide.
#[derive(Debug)]
pub struct GuideStep {
    /// Stable identity.
    pub id: &'static str,
    /// Heading of the step.
    pub title: &'static str,
    /// Body: `CommonMark` without raw HTML.
    pub text: &'static str,
}

/// A host name with keys of fields in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostTemplate {
    /// What the host is for.
    pub role: HostRole,
    /// Kind of tenant that has this host, in the provider's words. `None`: every tenant.
    pub platform: Option<&'static str>,
    /// The template.
    pub template: &'static str,
}

/// What a host is for, and so what it may receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostRole {
    /// Token requests, with credentials.
    Token,
    /// Calls of the API, with what they are authorized with.
    Api,
    /// The page on which a person signs in.
    Authorization,
    /// What people see in their browser and may paste.
    Web,
}

/// A connection: its identity and settings, derived from the entries. Contains no
/// secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Connection {
    /// Stable identity; empty while an entry that belongs to it is missing.
    pub key: String,
    /// Name to show to a person.
    pub label: String,
    /// Pairs of key and value after normalisation, without secret fields.
    pub settings: Vec<(&'static str, String)>,
    /// Root URL of the API, without a trailing slash.
    pub base_url: String,
    /// Values that were derived or changed, one sentence each.
    pub notes: Vec<String>,
}
