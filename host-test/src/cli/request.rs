//! `request`: calls the API with the token, as a platform's proxy would.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::connect::{failed, read_body};
use super::live::Answers;
use super::set::Set;
use super::{Common, Error, Exit, show};
use crate::plugin::ApiCall;
use crate::session::Cancel;

#[derive(Debug, Args)]
pub(super) struct Request {
    /// Method in upper case
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
}

impl Request {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        self.answers.verbose.start();
        let connector = Arc::new(common.connector()?);
        let call = self.call()?;
        let session = match self.answers.session(&connector, &self.set, common.json)? {
            Ok(session) => session,
            Err(exit) => return Ok(exit),
        };
        let request = match connector.api_request(session.connection(), &call)? {
            Ok(request) => request,
            Err(problems) => {
                if common.json {
                    say!("{:#}", json!({ "problems": problems }));
                } else {
                    show::problems(&problems);
                }
                return Ok(Exit::Use);
            }
        };
        match session.send(&request, &Cancel::default()) {
            Err(failure) => failed(failure, common.json),
            Ok(response) if common.json => {
                let headers: Vec<_> = response.headers.iter().map(|(name, value)| json!([name, value])).collect();
                let body = String::from_utf8_lossy(&response.body);
                let report = json!({ "status": response.status, "headers": headers, "body": body });
                say!("{report:#}");
                Ok(Exit::Success)
            }
            Ok(response) => {
                anstream::eprintln!("{}", show::faint(&format!("{} {}", response.status, request.url)));
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
            pair.ok_or_else(|| Error::Use("--header takes NAME: VALUE, and what was given has no `:`".to_owned()))
        };
        Ok(ApiCall {
            method: self.method.clone(),
            path_and_query: self.path.clone(),
            headers: self.header.iter().map(header).collect::<Result<_, _>>()?,
            body: self.body.as_deref().map(read_body).transpose()?.unwrap_or_default(),
        })
    }
}
