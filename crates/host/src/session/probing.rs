//! What the credentials of a session may do.

use std::sync::Arc;

use connector_core::permissions::PermissionCheck;
use connector_core::records::{Recovery, Request, Response};
use connector_core::{Functions, GrantedToken};

use super::{Session, Shared};
use crate::error::Error;

impl<F: Functions + Send + Sync + 'static> Session<F> {
    /// Sends a request once and returns the response as it is; only a token that is no
    /// longer accepted is renewed.
    async fn ask(&self, request: &Request) -> Result<(Response, Option<Arc<GrantedToken>>), Error> {
        let shared = &self.shared;
        let deadline = shared.now().saturating_add(shared.options.policy.patience);
        let granted = shared.token_for(request, None, deadline).await?;
        let response = shared.exchange_until(shared.authorized(request, granted.as_deref())?, deadline).await?;
        let refused = granted.as_deref().filter(|_| shared.options.policy.renewal);
        let Some(refused) = refused else { return Ok((response, granted)) };
        if !shared.is_refused(refused, &response)? {
            return Ok((response, granted));
        }
        log::info!("the token is no longer accepted");
        let granted = shared.token_for(request, Some(refused.number()), deadline).await?;
        Ok((shared.exchange_until(shared.authorized(request, granted.as_deref())?, deadline).await?, granted))
    }

    /// Sends the probe of every permission and returns what each proved, in the order of
    /// the definition. `progress` gets the id of the permission under way.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]. A probe without a response is no error: its state is `unknown`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// for check in session.permissions(|_| ()).await? {
    ///     println!("{}: {}", check.permission, check.status.state);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn permissions(&self, mut progress: impl FnMut(&str)) -> Result<Vec<PermissionCheck>, Error> {
        let Shared { connector, opened, .. } = &*self.shared;
        let mut checks = Vec::new();
        for probe in connector.probes(opened.connection())? {
            let Some(request) = &probe.request else {
                checks.push(PermissionCheck::untold(&probe));
                continue;
            };
            progress(&probe.permission);
            checks.push(match self.ask(request).await {
                Ok((response, granted)) => {
                    PermissionCheck::received(&probe, connector, opened, granted.as_deref(), &response)?
                }
                Err(Error::Failed(failure)) => PermissionCheck::lost(&probe, &failure),
                Err(error) => return Err(error),
            });
        }
        Ok(checks)
    }
}

impl<F: Functions + Send + Sync + 'static> Shared<F> {
    /// Returns whether the connector reads a response as one to a token that is no longer
    /// accepted.
    fn is_refused(&self, granted: &GrantedToken, response: &Response) -> Result<bool, Error> {
        match self.connector.api_response(&self.opened, Some(granted), response) {
            Ok(()) => Ok(false),
            Err(connector_core::Error::Failed(failure)) => Ok(failure.recovery == Recovery::RenewToken),
            Err(error) => Err(error.into()),
        }
    }
}
