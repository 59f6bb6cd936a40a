//! How to get the four values, step by step.

/// Explains one step of connecting.
#[derive(Debug)]
pub struct GuideStep {
    /// Stable identity.
    pub id: &'static str,
    /// Heading.
    pub title: &'static str,
    /// `CommonMark` without raw HTML.
    pub text: &'static str,
}

/// Where to find instance and region.
pub const FIND_INSTANCE: &str = "find-instance";

/// How to create client id and secret.
pub const CREATE_CREDENTIALS: &str = "create-credentials";

/// The guide, in the order to follow.
pub const GUIDE: [GuideStep; 3] = [
    GuideStep {
        id: FIND_INSTANCE,
        title: "Find your instance name and region",
        text: include_str!("guide/find-instance.md"),
    },
    GuideStep {
        id: CREATE_CREDENTIALS,
        title: "Create API credentials",
        text: include_str!("guide/create-credentials.md"),
    },
    GuideStep { id: "enter-values", title: "Enter the values", text: include_str!("guide/enter-values.md") },
];
