//! A component behind its guard.

mod authorization;
mod opened;

use std::collections::BTreeSet;
use std::sync::OnceLock;

pub use self::opened::{Opened, OperationCall};
use crate::entries::Entries;
use crate::error::Error;
use crate::functions::{ApiCall, Ended, Function, Functions, Interface};
use crate::granted::GrantedToken;
use crate::guard;
use crate::raw;
use crate::records::{
    Connection, Definition, Failure, Host, Operation, PermissionStatus, Probe, Problem, Request, Response, State, Step,
};
use crate::redact::Redactor;

/// A component behind its guard: it returns checked records, and for everything else an
/// error that names function, place and rule.
///
/// `C` says how the component is called. What does not change is asked for once and
/// kept: the definition, and the operations once somebody needs them.
pub struct Connector<C> {
    component: C,
    definition: Definition,
    operations: OnceLock<Vec<Operation>>,
}

impl<C: Functions> Connector<C> {
    /// Asks a component for its definition.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`] where it does not return one, or one that breaks the contract.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Error, Functions};
    /// # fn example<C: Functions>(component: C) -> Result<(), Error> {
    /// let connector = Connector::new(component)?;
    /// println!("{} {}", connector.definition().name, connector.definition().version);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(component: C) -> Result<Self, Error> {
        let definition = guard::definition(component.describe()?.0)?;
        Ok(Self { component, definition, operations: OnceLock::new() })
    }

    /// Returns what to show and what to ask for.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns the component.
    pub fn component(&self) -> &C {
        &self.component
    }

    /// Returns whether the component exports an interface.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>) -> Result<(), Error> {
    /// use connector_core::Interface;
    ///
    /// if connector.offers(Interface::Permissions) {
    ///     println!("permissions can be checked");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn offers(&self, interface: Interface) -> bool {
        self.component.exports(interface)
    }

    /// Wraps what a person entered; the definition says which of it is secret.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>, secret: String) -> Result<(), Error> {
    /// let entries = connector.entries(vec![("client_secret".into(), secret)]);
    /// assert!(!format!("{entries:?}").contains("s3cret"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn entries(&self, pairs: Vec<(String, String)>) -> Entries {
        Entries::new(pairs, &self.definition.secret_keys().collect::<Vec<_>>())
    }

    /// Normalises and validates the entries so far. The component does not get the secret
    /// ones: what it does not have it cannot pass on.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>, entries: Entries) -> Result<(), Error> {
    /// match connector.resolve(&entries) {
    ///     Ok(connection) => println!("{}: {}", connection.label, connection.base_url),
    ///     Err(Error::Refused(problems)) => println!("{} to correct", problems.len()),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn resolve(&self, entries: &Entries) -> Result<Connection, Error> {
        self.resolve_with(entries, &self.redactor(entries))
    }

    fn resolve_with(&self, entries: &Entries, redactor: &Redactor) -> Result<Connection, Error> {
        let resolved = self.component.resolve(&entries.plain_pairs());
        let connection = resolved.map_err(|ended| self.refusal(Function::Resolve, ended, entries, redactor))?;
        Ok(guard::connection(connection, &self.definition, redactor)?)
    }

    /// Resolves all entries and tries what they are for: builds the token request, or the
    /// headers that authorize. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>, entries: Entries) -> Result<(), Error> {
    /// let opened = connector.open(entries)?;
    /// println!("{}", opened.connection().base_url);
    /// # Ok(())
    /// # }
    /// ```
    pub fn open(&self, entries: Entries) -> Result<Opened, Error> {
        let redactor = self.redactor(&entries);
        let connection = match self.resolve_with(&entries, &redactor) {
            Ok(connection) => connection,
            Err(Error::Refused(problems)) => return Err(self.refused(&entries, &redactor, problems)),
            Err(error) => return Err(error),
        };
        let hosts = urls(&connection.hosts);
        let redactor = if redactor.shares_with(&hosts) { self.redactor_with(&entries, hosts) } else { redactor };
        let prepared = self.prepare(&entries, &connection, &redactor)?;
        Ok(Opened { entries, connection, prepared, redactor })
    }

    /// Builds a request to a path of the API.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the call.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>, entries: Entries) -> Result<(), Error> {
    /// let call = connector_core::ApiCall {
    ///     method: "GET".into(),
    ///     path_and_query: "/api/v1/workflows".into(),
    ///     ..Default::default()
    /// };
    /// let request = connector.api_request(&connector.open(entries)?, &call)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn api_request(&self, opened: &Opened, call: &ApiCall) -> Result<Request, Error> {
        let Opened { connection, redactor, entries, .. } = opened;
        let built = self.component.api_request(&connection.settings, call);
        let request = built.map_err(|ended| self.refusal(Function::ApiRequest, ended, entries, redactor))?;
        Ok(guard::api_request(Function::ApiRequest, "", request, connection, redactor)?)
    }

    /// Success, or what kind of failure a response is.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with the connector's judgement, secrets and token hidden.
    pub fn api_response(
        &self,
        opened: &Opened,
        token: Option<&GrantedToken>,
        response: &Response,
    ) -> Result<(), Error> {
        let redactor = opened.redactor_with(token);
        let judged = self.component.api_response(response);
        judged.map_err(|ended| self.failure(Function::ApiResponse, ended, redactor))
    }

    /// Returns one probe for each permission, in the order of the definition.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]
    pub fn probes(&self, connection: &Connection) -> Result<Vec<Probe>, Error> {
        Ok(guard::probes(self.component.probes(&connection.settings)?, &self.definition, connection)?)
    }

    /// Reads the response to the probe of a permission.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]
    pub fn probe_status(
        &self,
        permission: &str,
        response: &Response,
        redactor: &Redactor,
    ) -> Result<PermissionStatus, Error> {
        Ok(guard::permission_status(self.component.probe_status(permission, response)?.0, redactor)?)
    }

    /// Returns every operation, in the order to show them; none where the component does
    /// not offer any.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>) -> Result<(), Error> {
    /// for operation in connector.operations()? {
    ///     println!("{}: {} ({})", operation.id, operation.title, operation.effect);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn operations(&self) -> Result<&[Operation], Error> {
        if let Some(operations) = self.operations.get() {
            return Ok(operations);
        }
        let operations = if self.offers(Interface::Operations) {
            guard::operations(self.component.operations()?, &self.definition)?
        } else {
            Vec::new()
        };
        Ok(self.operations.get_or_init(|| operations))
    }

    /// Returns the domains under which the links of downloads lie, each once: what to show
    /// where a component is installed. They are fixed, whatever a provider answers.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_core::{Connector, Entries, Error, Functions};
    /// # fn example<C: Functions>(connector: Connector<C>) -> Result<(), Error> {
    /// println!("sends credentials to hosts under {}", connector.definition().domains.join(", "));
    /// println!("downloads from hosts under {}", connector.download_domains()?.join(", "));
    /// # Ok(())
    /// # }
    /// ```
    pub fn download_domains(&self) -> Result<Vec<&str>, Error> {
        let operations = self.operations()?.iter();
        let domains: BTreeSet<_> = operations.flat_map(|operation| &operation.download_domains).collect();
        Ok(domains.into_iter().map(String::as_str).collect())
    }

    /// Begins an operation.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the input. One that is too long is
    /// refused without a call.
    pub fn start(&self, call: OperationCall<'_>) -> Result<Step, Error> {
        let limit = self.component.input_limit();
        if call.input.len() > limit {
            return Err(Error::Refused(vec![too_long(limit)]));
        }
        let Opened { connection, entries, .. } = call.opened;
        let started = self.component.start(&connection.settings, &call.operation.id, call.input);
        let step = started.map_err(|ended| self.refusal(Function::Start, ended, entries, call.redactor()))?;
        self.step(Function::Start, step, &call)
    }

    /// Resumes an operation with a response.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the response ends the operation without a result.
    pub fn resume(&self, call: OperationCall<'_>, state: &State, response: &Response) -> Result<Step, Error> {
        let settings = &call.opened.connection.settings;
        let resumed = self.component.resume(settings, &call.operation.id, call.input, &state.0, response);
        let step = resumed.map_err(|ended| self.failure(Function::Resume, ended, call.redactor()))?;
        self.step(Function::Resume, step, &call)
    }

    /// Returns a redactor of secret entries. The domains of the definition are no
    /// secret, even if somebody entered one as such.
    pub fn redactor(&self, entries: &Entries) -> Redactor {
        self.redactor_with(entries, Vec::new())
    }

    /// Returns one for which parts of hosts prove nothing either, nor of what surrounds hosts
    /// and domains in every URL.
    fn redactor_with(&self, entries: &Entries, hosts: Vec<String>) -> Redactor {
        let domains = self.definition.domains.iter().map(|domain| format!("https://.{domain}/"));
        Redactor::new(entries, &domains.chain(hosts).collect::<Vec<_>>())
    }

    fn step(&self, function: Function, step: raw::Step, call: &OperationCall<'_>) -> Result<Step, Error> {
        let connection = &call.opened.connection;
        Ok(guard::step(function, step, connection, call.operation, &self.definition, call.redactor())?)
    }

    /// Returns the error of a function that refuses entries or an input, or did not return.
    fn refusal(&self, function: Function, ended: Ended<Vec<Problem>>, entries: &Entries, redactor: &Redactor) -> Error {
        match ended {
            Ended::Returned(raw) => guard::problems(function, raw, &self.definition, entries, redactor)
                .map_or_else(Error::from, Error::Refused),
            Ended::Call(error) => error.into(),
        }
    }

    /// Returns the error of a function that has judged a response, or did not return.
    fn failure(&self, function: Function, ended: Ended<Box<Failure>>, redactor: &Redactor) -> Error {
        match ended {
            Ended::Returned(raw) => {
                guard::failure(function, *raw, &self.definition, redactor).map_or_else(Error::from, Error::from)
            }
            Ended::Call(error) => error.into(),
        }
    }
}

/// Returns hosts as they stand in URLs.
fn urls(hosts: &[Host]) -> Vec<String> {
    hosts.iter().map(|host| format!("https://{}/", host.name)).collect()
}

fn too_long(limit: usize) -> Problem {
    Problem {
        field: Some(String::new()),
        code: "too-long".to_owned(),
        message: format!("The input is longer than {limit} bytes."),
        hint: Some("Split it, and run the operation for each part.".to_owned()),
    }
}
