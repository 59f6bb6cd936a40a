//! `request`: calls the API with the token, as a platform's proxy would.

use std::io::{self, IsTerminal as _};

use clap::Args;
use connector_host::ApiCall;
use serde_json::json;

use crate::advice::advised;
use crate::cli::print;
use crate::error::{Error, Exit};
use crate::files::{self, Kind};
use crate::network::failed;
use crate::session_options::SessionOptions;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Request {
    /// Method, upper-case
    method: String,
    /// Path and query, such as /api/v1/workflows
    path: String,
    /// Add a header
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Send a body: text, @FILE, or @- for standard input
    #[arg(long, value_name = "TEXT|@FILE|@-")]
    body: Option<String>,
    #[command(flatten)]
    options: SessionOptions,
}

impl Request {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.options.connector()?;
        let call = self.call()?;
        let Some(session) = self.options.session(&connector, json).await? else { return Ok(Exit::Failed) };
        let request = match connector.api_request(session.opened(), &call) {
            Ok(request) => request,
            Err(error) => return failed(error.into(), json),
        };
        let (url, repeatable) = (request.url.clone(), request.repeatable);
        match session.send(request).await {
            Err(error) => failed(advised(error, repeatable, None), json),
            Ok(response) if json => {
                let headers: Vec<_> = response.headers.iter().map(|(name, value)| json!([name, value])).collect();
                let body = String::from_utf8_lossy(&response.body);
                let report = json!({ "status": response.status, "headers": headers, "body": body });
                show::json(&report);
                Ok(Exit::Success)
            }
            Ok(response) => {
                show::note(&show::faint(&format!("{} {}", response.status, url)));
                let body = String::from_utf8_lossy(&response.body);
                // A terminal would obey control characters; a file takes the bytes.
                if io::stdout().is_terminal() {
                    say!("{}", show::printable(&body));
                } else {
                    print(&response.body)?;
                }
                Ok(Exit::Success)
            }
        }
    }

    fn call(&self) -> Result<ApiCall, Error> {
        let header = |text: &String| {
            let pair = text.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
            pair.ok_or_else(|| Error::Use("--header takes NAME: VALUE, and this has no `:`".to_owned()))
        };
        Ok(ApiCall {
            method: self.method.clone(),
            path_and_query: self.path.clone(),
            headers: self.header.iter().map(header).collect::<Result<_, _>>()?,
            body: self.body.as_deref().map(|body| files::argument(body, Kind::BODY)).transpose()?.unwrap_or_default(),
        })
    }
}
