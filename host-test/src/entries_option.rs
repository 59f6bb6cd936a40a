//! Entries from the command line, where a secret is never an argument.

use std::env::{self, VarError};
use std::io::{self, IsTerminal as _};
use std::path::Path;

use clap::Args;
use connector_host::Connector;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::files::{self, Kind};
use crate::show;

/// The entries of the form.
#[derive(Debug, Args)]
#[command(next_help_heading = "Entries")]
pub(crate) struct Set {
    /// Enter the value of a field; a secret only as `@-` (standard input), `@FILE` or `env:NAME`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Set {
    /// Returns whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Reads the entries, in order.
    pub(crate) fn pairs(&self, connector: &Connector) -> Result<Vec<(String, String)>, Error> {
        self.set.iter().map(|argument| pair(argument, connector)).collect()
    }

    /// Reads the entries, and asks on a terminal, without echo, for the secrets that are
    /// missing.
    pub(crate) fn asked(&self, connector: &Connector) -> Result<Vec<(String, String)>, Error> {
        let mut pairs = self.pairs(connector)?;
        Self::prompt(&mut pairs, connector)?;
        Ok(pairs)
    }

    fn prompt(pairs: &mut Vec<(String, String)>, connector: &Connector) -> Result<(), Error> {
        let missing: Vec<_> =
            connector.definition().secret_keys().filter(|key| pairs.iter().all(|(given, _)| given != key)).collect();
        if missing.is_empty() || !io::stdin().is_terminal() {
            return Ok(());
        }
        for key in missing {
            let label = connector.definition().field(key).map_or(key, |field| field.label.as_str());
            let secret = rpassword::prompt_password(format!("{}: ", show::printable(label)))
                .map_err(|error| Error::Use(format!("the terminal cannot be read: {error}")))?;
            pairs.push((key.to_owned(), secret));
        }
        Ok(())
    }
}

fn pair(argument: &str, connector: &Connector) -> Result<(String, String), Error> {
    // The argument is not quoted: it may be a secret.
    let (key, value) =
        argument.split_once('=').ok_or_else(|| Error::Use("--set takes KEY=VALUE, and this has no `=`".to_owned()))?;
    let definition = connector.definition();
    let Some(field) = definition.field(key) else {
        let keys: Vec<_> = definition.fields.iter().map(|field| field.key.as_str()).collect();
        return Err(Error::Use(format!("there is no field `{key}`; the fields are {}", keys.join(", "))));
    };
    let value = if field.is_secret() { secret(key, value)? } else { value.to_owned() };
    Ok((key.to_owned(), value))
}

fn secret(key: &str, source: &str) -> Result<String, Error> {
    let text = if source == "@-" {
        text(files::stdin(Kind::SECRET)?, "standard input")?
    } else if let Some(path) = source.strip_prefix('@') {
        text(files::read(Path::new(path), Kind::SECRET)?, path)?
    } else if let Some(name) = source.strip_prefix("env:") {
        env::var(name).map(Zeroizing::new).map_err(|error| match error {
            VarError::NotPresent => Error::Use(format!("the variable {name} is not set")),
            VarError::NotUnicode(_) => Error::Use(format!("the variable {name} is not UTF-8 text")),
        })?
    } else {
        return Err(Error::Use(format!(
            "{key} is a secret, and others can see arguments: use --set {key}=@- to read it from standard input, \
             {key}=@FILE or {key}=env:NAME, or leave it out to be asked"
        )));
    };
    Ok(text.to_string())
}

/// Returns a text; the line break that editors and `echo` put behind it is not part of it.
fn text(bytes: Vec<u8>, name: &str) -> Result<Zeroizing<String>, Error> {
    let bytes = Zeroizing::new(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::Use(format!("{name} is not UTF-8 text")))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(Zeroizing::new(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}
