//! The permissions that credentials can have (Nexthink: API, *API credentials*).

use connector_kit::definition::Permission;

/// The seven permissions in the documentation of Nexthink, in its order. Nexthink
/// adds to them over time.
pub const PERMISSIONS: [Permission; 7] = [
    Permission { id: "remote-actions", label: "Remote Actions API", purpose: "trigger and query remote actions" },
    Permission { id: "enrichment", label: "Enrichment API", purpose: "write fields of inventory objects" },
    Permission { id: "data-management", label: "Data management", purpose: "manage devices, such as delete them" },
    Permission { id: "workflows", label: "Workflows API", purpose: "trigger and query workflows" },
    Permission { id: "campaigns", label: "Campaigns API", purpose: "trigger campaigns" },
    Permission { id: "nql", label: "NQL API", purpose: "extract data with saved queries" },
    Permission { id: "spark", label: "Spark API", purpose: "hand a live conversation over to Spark" },
];
