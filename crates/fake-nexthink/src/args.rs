//! From the options of the command line to a configuration.

use std::env;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::config::{Config, Credential};
use crate::error::Error;
use crate::file;
use crate::permission::Permission;
use crate::secret::Secret;

/// The options of the command line: a configuration file, flags that override it, or flags alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Read the configuration from a JSON file
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub config: Option<PathBuf>,
    /// Listen on this port of 127.0.0.1; 0 means any free one [default: 0]
    #[arg(long, help_heading = "Server")]
    pub port: Option<u16>,
    /// Write the certificate to trust to this file; one that is there already is replaced, a link refused
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub ca_file: Option<PathBuf>,
    /// Use this instance [default: nxdocs]
    #[arg(long, help_heading = "Tenant")]
    pub instance: Option<String>,
    /// Use this region [default: eu]
    #[arg(long, help_heading = "Tenant")]
    pub region: Option<String>,
    /// Set the lifetime of tokens [default: 900]
    #[arg(long, value_name = "SECONDS", help_heading = "Tenant")]
    pub token_lifetime: Option<u64>,
    /// Accept a client with this id
    #[arg(long, value_name = "ID", requires = "client_secret_from", help_heading = "Client")]
    pub client_id: Option<String>,
    /// Read its secret from env:NAME, @FILE or @- (standard input)
    #[arg(long, value_name = "SOURCE", requires = "client_id", help_heading = "Client")]
    pub client_secret_from: Option<String>,
    /// Grant it only these permissions, separated by commas [default: all seven]
    #[arg(
        long,
        value_name = "IDS",
        value_enum,
        value_delimiter = ',',
        requires = "client_id",
        help_heading = "Client"
    )]
    pub permissions: Option<Vec<Permission>>,
}

impl Args {
    /// Returns the configuration. Reads the file and the secret.
    pub fn to_config(&self) -> Result<Config, Error> {
        let mut config = match &self.config {
            Some(path) => Config::from_file(path)?,
            None => Config::new("nxdocs", "eu"),
        };
        if let Some(port) = self.port {
            config.port = port;
        }
        if let Some(instance) = &self.instance {
            config.instance.clone_from(instance);
        }
        if let Some(region) = &self.region {
            config.region.clone_from(region);
        }
        if let Some(lifetime) = self.token_lifetime {
            config.token_lifetime = lifetime;
        }
        match (&self.client_id, &self.client_secret_from) {
            (Some(client_id), Some(source)) => config.credentials.push(Credential {
                client_id: client_id.clone(),
                client_secret: secret(source)?,
                permissions: self.permissions.clone().unwrap_or_else(|| Permission::ALL.to_vec()),
            }),
            (None, None) => {}
            _ => {
                let text = "--client-id and --client-secret-from need each other";
                return Err(Error::Config(text.to_owned()));
            }
        }
        Ok(config)
    }
}

/// Reads a secret. One on the command line is refused, and not repeated: other users can read the command line.
fn secret(source: &str) -> Result<Secret, Error> {
    let text = if let Some(name) = source.strip_prefix("env:") {
        let missing = || Error::Config(format!("the environment variable {name} is not set to text"));
        Zeroizing::new(env::var(name).map_err(|_| missing())?)
    } else if source == "@-" {
        let mut text = String::new();
        let path = Path::new("standard input");
        let failed = |source| Error::File { path: path.to_owned(), source };
        io::stdin().take(LONGEST.into()).read_to_string(&mut text).map_err(failed)?;
        Zeroizing::new(text)
    } else if let Some(path) = source.strip_prefix('@') {
        file::read(Path::new(path), LONGEST)?
    } else {
        let text = "--client-secret-from takes env:NAME, @FILE or @-, never the secret itself";
        return Err(Error::Config(text.to_owned()));
    };
    // Editors and `echo` add a line break that is not part of the secret.
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::from(line.strip_suffix('\r').unwrap_or(line)))
}

/// Bytes that are read as a secret; real ones have 64.
const LONGEST: u32 = 64 * 1024;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Args;
    use crate::permission::Permission;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    fn parse(arguments: &[&str]) -> Result<Args, clap::Error> {
        Command::try_parse_from([&["fake-nexthink"], arguments].concat()).map(|command| command.args)
    }

    #[test]
    fn without_flags_there_is_a_tenant_without_clients() {
        let config = parse(&[]).unwrap().to_config().unwrap();
        assert_eq!((&*config.instance, &*config.region, config.credentials.len()), ("nxdocs", "eu", 0));
    }

    #[test]
    fn a_secret_is_never_an_argument_and_never_repeated() {
        let args = parse(&["--client-id", "i", "--client-secret-from", "canary"]).unwrap();
        let error = args.to_config().unwrap_err().to_string();
        assert!(error.contains("never the secret itself") && !error.contains("canary"), "{error}");
        assert!(parse(&["--client-id", "i"]).is_err());
    }

    #[test]
    fn a_secret_file_may_end_with_a_line_break() {
        let path = std::env::temp_dir().join(format!("fake-nexthink-secret-{}", std::process::id()));
        std::fs::write(&path, "s3cret\r\n").unwrap();
        let from = format!("@{}", path.display());
        let args = parse(&["--client-id", "i", "--client-secret-from", &from, "--permissions", "nql,spark"]);
        let config = args.unwrap().to_config().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(config.credentials[0].client_secret.matches(b"s3cret"));
        assert_eq!(config.credentials[0].permissions, [Permission::Nql, Permission::Spark]);
    }

    #[test]
    fn an_unknown_permission_is_answered_with_the_choices() {
        let error = parse(&["--client-id", "i", "--client-secret-from", "env:X", "--permissions", "nq"]).unwrap_err();
        assert!(error.to_string().contains("remote-actions, enrichment"), "{error}");
    }
}
