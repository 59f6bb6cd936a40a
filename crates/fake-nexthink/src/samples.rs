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

pub(crate) const QUERIES: [Query; 7] = [
    Query {
        id: "#devices_overview",
        text: "devices | list device.name, device.operating_system.name, device.hardware.memory, device.last_seen | limit 5",
        parameters: &[],
        rows: 5,
        export_rows: Rows::Exactly(5),
        outcome: Outcome::Whole,
    },
    Query {
        id: "#device_by_name",
        text: "devices | where device.name == $device_name | list device.name, device.last_seen",
        parameters: &["device_name"],
        rows: 1,
        export_rows: Rows::Exactly(1),
        outcome: Outcome::Whole,
    },
    Query {
        id: "#no_devices",
        text: "devices | where device.name == \"none\" | list device.name",
        parameters: &[],
        rows: 0,
        export_rows: Rows::Exactly(0),
        outcome: Outcome::Whole,
    },
    Query {
        // An execution returns exactly 1,000, without a hint that there are more.
        id: "#all_devices",
        text: "devices | list device.name, device.operating_system.name, device.hardware.memory, device.last_seen",
        parameters: &[],
        rows: 2500,
        export_rows: Rows::Exactly(2500),
        outcome: Outcome::Whole,
    },
    Query {
        id: "#export_devices",
        text: "devices during past 30d | list device.name, device.last_seen",
        parameters: &[],
        rows: 2500,
        export_rows: Rows::Configured,
        outcome: Outcome::Whole,
    },
    Query {
        id: "#export_truncated",
        text: "devices during past 60d | list device.name, device.last_seen",
        parameters: &[],
        rows: 2500,
        export_rows: Rows::Exactly(100),
        outcome: Outcome::Truncated,
    },
    Query {
        id: "#export_failing",
        text: "execution.events during past 30d | list device.name",
        parameters: &[],
        rows: 2500,
        export_rows: Rows::Exactly(0),
        outcome: Outcome::Failing,
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
    pub id: &'static str,
    pub uuid: &'static str,
    pub name: &'static str,
    /// Whether it may be triggered through the API; it is listed either way.
    pub api_enabled: bool,
}

pub(crate) const REMOTE_ACTIONS: [RemoteAction; 3] = [
    RemoteAction {
        id: "#restart_service",
        uuid: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001",
        name: "Restart a service",
        api_enabled: true,
    },
    RemoteAction {
        id: "#get_battery_status",
        uuid: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0002",
        name: "Get battery status",
        api_enabled: true,
    },
    RemoteAction {
        id: "#manual_only",
        uuid: "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0003",
        name: "Manual only",
        api_enabled: false,
    },
];

/// A workflow.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the API has")]
pub(crate) struct Workflow {
    /// The id without its `#`, as some listings have it.
    pub id: &'static str,
    pub uuid: &'static str,
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

const WORKFLOW: Workflow = Workflow {
    id: "",
    uuid: "",
    name: "",
    active: true,
    api_enabled: true,
    manual_enabled: false,
    scheduling_enabled: false,
    has_device: false,
    has_user: false,
};

pub(crate) const WORKFLOWS: [Workflow; 5] = [
    Workflow {
        id: "license_reclamation",
        uuid: "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0001",
        name: "License reclamation",
        has_user: true,
        has_device: true,
        ..WORKFLOW
    },
    Workflow {
        id: "disk_cleanup",
        uuid: "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0002",
        name: "Disk clean-up",
        has_device: true,
        manual_enabled: true,
        ..WORKFLOW
    },
    Workflow {
        id: "welcome",
        uuid: "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0003",
        name: "Welcome",
        has_user: true,
        ..WORKFLOW
    },
    Workflow {
        id: "nightly_report",
        uuid: "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0004",
        name: "Nightly report",
        scheduling_enabled: true,
        ..WORKFLOW
    },
    Workflow {
        id: "manual_only",
        uuid: "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0005",
        name: "Manual only",
        active: false,
        api_enabled: false,
        manual_enabled: true,
        ..WORKFLOW
    },
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
