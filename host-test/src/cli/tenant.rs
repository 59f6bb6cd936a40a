//! `tenant`: a stand-in Nexthink tenant on this machine.

use std::io::Read as _;
use std::{fs, io};

use clap::Args;
use fake_nexthink::FakeNexthink;
use serde_json::json;

use super::{Common, Error, Exit, show};

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    tenant: fake_nexthink::Args,
}

impl Serve {
    /// Serves until standard input ends or the program is stopped.
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        let wrong = |error: fake_nexthink::Error| Error::Use(error.to_string());
        let tenant = FakeNexthink::start(self.tenant.to_config().map_err(wrong)?).map_err(wrong)?;
        if let Some(path) = &self.tenant.ca_file {
            fs::write(path, tenant.ca_pem()).map_err(|error| Error::file("write", path, &error))?;
        }
        if common.json {
            let report = json!({
                "address": tenant.address().to_string(),
                "ca-file": self.tenant.ca_file,
                "resolve": tenant.resolve_lines(),
            });
            say!("{report:#}");
        } else {
            show::item("address", &format!("https://{}", tenant.address()));
            if let Some(path) = &self.tenant.ca_file {
                show::item("trust", &format!("--ca-file {}", path.display()));
            }
            for line in tenant.resolve_lines() {
                show::item("reach", &format!("--resolve {line}"));
            }
            show::item("stop", "end standard input (Ctrl-D) or press Ctrl-C");
        }
        // However the input ended, it is the end.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        Ok(Exit::Success)
    }
}
