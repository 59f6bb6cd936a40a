//! The guide to the values of the form, step by step.

use connector_kit::definition::GuideStep;

/// Id of the step that explains where to find instance and region.
pub const FIND_INSTANCE: &str = "find-instance";

/// Id of the step that explains how to create client id and secret.
pub const CREATE_CREDENTIALS: &str = "create-credentials";

/// The steps, in the order to follow.
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
