//! The saved queries, remote actions, workflows and campaigns of every instance.

use serde_json::{Value, json};

/// A saved query.
#[derive(Debug)]
pub(crate) struct Query {
    pub id: &'static str,
    pub text: &'static str,
    /// The names of its parameters, without `$`.
    pub parameters: &'static [&'static str],
    /// The number of rows before the cap of an execution.
    pub rows: u64,
    pub export_rows: Rows,
    pub outcome: Outcome,
}

/// The number of rows in an export.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows {
    Exactly(u64),
    /// [`Config::export_rows`](crate::Config::export_rows).
    Configured,
}

/// How an export ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Whole,
    /// With status 206: the licence permits no more rows.
    Truncated,
    Failing,
}

/// The columns of every query.
pub(crate) const COLUMNS: [&str; 4] =
    ["device.name", "device.operating_system.name", "device.hardware.memory", "device.last_seen"];

/// Returns a query that has no parameters and whose export is whole.
const fn query(id: &'static str, text: &'static str, rows: u64, export_rows: Rows) -> Query {
    Query { id, text, parameters: &[], rows, export_rows, outcome: Outcome::Whole }
}

pub(crate) const QUERIES: [Query; 7] = [
    query(
        "#devices_overview",
        "devices | list device.name, device.operating_system.name, device.hardware.memory, device.last_seen | limit 5",
        5,
        Rows::Exactly(5),
    ),
    Query {
        parameters: &["device_name"],
        ..query(
            "#device_by_name",
            "devices | where device.name == $device_name | list device.name, device.last_seen",
            1,
            Rows::Exactly(1),
        )
    },
    query("#no_devices", "devices | where device.name == \"none\" | list device.name", 0, Rows::Exactly(0)),
    // An execution returns exactly 1,000, without a hint that there are more.
    query(
        "#all_devices",
        "devices | list device.name, device.operating_system.name, device.hardware.memory, device.last_seen",
        2500,
        Rows::Exactly(2500),
    ),
    query("#export_devices", "devices during past 30d | list device.name, device.last_seen", 2500, Rows::Configured),
    Query {
        outcome: Outcome::Truncated,
        ..query(
            "#export_truncated",
            "devices during past 60d | list device.name, device.last_seen",
            2500,
            Rows::Exactly(100),
        )
    },
    Query {
        outcome: Outcome::Failing,
        ..query("#export_failing", "execution.events during past 30d | list device.name", 2500, Rows::Exactly(0))
    },
];

/// Returns a row, always the same for the same number.
pub(crate) fn row(number: u64, utc: bool) -> [Value; COLUMNS.len()] {
    // The comma proves that readers of CSV can read quoted fields.
    let system = if number.is_multiple_of(3) { "Windows 11, version 24H2" } else { "macOS 15.5" };
    let memory = [8_589_934_592_u64, 17_179_869_184, 34_359_738_368][usize::try_from(number % 3).unwrap_or(0)];
    let (minute, second) = (number / 60 % 60, number % 60);
    let seen = if utc {
        format!("2026-01-15T09:{minute:02}:{second:02}Z")
    } else {
        format!("2026-01-15T10:{minute:02}:{second:02}+01:00")
    };
    [json!(format!("PC-{number:07}")), json!(system), json!(memory), json!(seen)]
}

/// A remote action.
#[derive(Debug)]
pub(crate) struct RemoteAction {
    /// Listed as `null` when there is none, like the UUID.
    pub id: Option<&'static str>,
    pub uuid: Option<&'static str>,
    pub name: &'static str,
    /// Whether it may be triggered through the API; it is listed either way.
    pub api_enabled: bool,
}

pub(crate) const REMOTE_ACTIONS: [RemoteAction; 4] = [
    remote_action("#restart_service", "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001", "Restart a service", true),
    remote_action("#get_battery_status", "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0002", "Get battery status", true),
    remote_action("#manual_only", "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0003", "Manual only", false),
    RemoteAction { id: None, uuid: None, name: "Draft", api_enabled: false },
];

const fn remote_action(id: &'static str, uuid: &'static str, name: &'static str, api_enabled: bool) -> RemoteAction {
    RemoteAction { id: Some(id), uuid: Some(uuid), name, api_enabled }
}

/// A workflow.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the API has")]
pub(crate) struct Workflow {
    /// The id without its `#`, as some listings have it; `null` when there is none, like the UUID.
    pub id: Option<&'static str>,
    pub uuid: Option<&'static str>,
    pub name: &'static str,
    pub active: bool,
    pub api_enabled: bool,
    pub manual_enabled: bool,
    pub scheduling_enabled: bool,
    pub has_device: bool,
    pub has_user: bool,
}

impl Workflow {
    /// Returns what it depends on, in the words of the listing's filter.
    pub(crate) fn dependency(&self) -> &'static str {
        match (self.has_user, self.has_device) {
            (true, true) => "USER_AND_DEVICE",
            (true, false) => "USER",
            (false, true) => "DEVICE",
            (false, false) => "NONE",
        }
    }
}

/// Returns a workflow that depends on nothing and is triggered through the API alone.
const fn workflow(id: &'static str, uuid: &'static str, name: &'static str) -> Workflow {
    Workflow {
        id: Some(id),
        uuid: Some(uuid),
        name,
        active: true,
        api_enabled: true,
        manual_enabled: false,
        scheduling_enabled: false,
        has_device: false,
        has_user: false,
    }
}

pub(crate) const WORKFLOWS: [Workflow; 6] = [
    Workflow {
        has_user: true,
        has_device: true,
        ..workflow("license_reclamation", "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0001", "License reclamation")
    },
    Workflow {
        has_device: true,
        manual_enabled: true,
        ..workflow("disk_cleanup", "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0002", "Disk clean-up")
    },
    Workflow { has_user: true, ..workflow("welcome", "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0003", "Welcome") },
    Workflow {
        scheduling_enabled: true,
        ..workflow("nightly_report", "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0004", "Nightly report")
    },
    Workflow {
        active: false,
        api_enabled: false,
        manual_enabled: true,
        ..workflow("manual_only", "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0005", "Manual only")
    },
    Workflow { id: None, uuid: None, active: false, api_enabled: false, ..workflow("", "", "Draft") },
];

/// A campaign.
#[derive(Debug)]
pub(crate) struct Campaign {
    pub id: &'static str,
    pub parameters: &'static [&'static str],
    pub api_enabled: bool,
}

pub(crate) const CAMPAIGNS: [Campaign; 3] = [
    Campaign { id: "#general_survey", parameters: &[], api_enabled: true },
    Campaign { id: "#reboot_request", parameters: &["device_name", "deadline"], api_enabled: true },
    Campaign { id: "#manual_only", parameters: &[], api_enabled: false },
];

/// The end of the SIDs of unknown users.
pub(crate) const UNKNOWN_USER: &str = "-404";
