//! Building a request to any path of the API.

use connector_kit::api::Api;
pub use connector_kit::api::Call;

use crate::USER_AGENT;
use crate::connection;
use crate::entries::Entries;
use crate::http::Request;
use crate::problem::Problem;

/// The API of Nexthink.
pub const API: Api = Api {
    user_agent: USER_AGENT,
    credential_headers: &[],
    example: "/api/v1/workflows",
    number_sign: "the # of a query id",
    // Saved queries may take minutes, and public clients wait 60 to 300 seconds.
    timeout: 120,
    // The longest documented response, 1,000 rows of a query, stays below; exports are
    // downloaded past the component.
    response_limit: 4 << 20,
};

/// Saved queries, which are run with POST and only read. Nexthink documents no other
/// such request.
const QUERIES: [&str; 2] = ["/api/v1/nql/execute", "/api/v2/nql/execute"];

/// Builds a request to a path of the API, which it cannot leave.
///
/// Adds `accept`, `content-type` and `user-agent` where they are missing.
///
/// # Errors
///
/// Returns every problem at once: those of the settings, and those of the call with
/// a JSON Pointer to the argument (`/method`, `/path-and-query`, `/headers/0`,
/// `/body`).
pub fn request(settings: &Entries, call: Call) -> Result<Request, Vec<Problem>> {
    let runs_query = call.method == "POST" && QUERIES.contains(&call.path_and_query.as_str());
    let request = API.call(connection::resolve(settings).map(|connection| connection.base_url()), call)?;
    Ok(Request { repeatable: request.repeatable || runs_query, ..request })
}
