//! `request`: calls the API with the token, as a platform's proxy would.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use connector_host::ApiCall;
use serde_json::json;

use crate::commands::call::read_body;
use crate::entries_option::Set;
use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::network::{Answers, failed};
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
    set: Set,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    loading: Loading,
}

impl Request {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        self.answers.verbose.start();
        let connector = self.loading.connector()?;
        let call = self.call()?;
        let Some(session) = self.answers.session(&connector, &self.set, json)? else { return Ok(Exit::Failed) };
        let request = match connector.api_request(session.opened(), &call) {
            Ok(request) => request,
            Err(error) => return failed(error.into(), json),
        };
        let url = request.url.clone();
        match session.send(request).await {
            Err(error) => failed(error, json),
            Ok(response) if json => {
                let headers: Vec<_> = response.headers.iter().map(|(name, value)| json!([name, value])).collect();
                let body = String::from_utf8_lossy(&response.body);
                let report = json!({ "status": response.status, "headers": headers, "body": body });
                say!("{report:#}");
                Ok(Exit::Success)
            }
            Ok(response) => {
                anstream::eprintln!("{}", show::faint(&format!("{} {}", response.status, url)));
                let body = String::from_utf8_lossy(&response.body);
                // A terminal would obey control characters; a file takes the bytes.
                if io::stdout().is_terminal() {
                    say!("{}", show::printable(&body));
                } else {
                    io::stdout().write_all(&response.body).map_err(|error| Error::Use(error.to_string()))?;
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
            body: self.body.as_deref().map(read_body).transpose()?.unwrap_or_default(),
        })
    }
}
