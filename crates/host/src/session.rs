//! One connection, open for any number of callers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector_core::permissions::PermissionCheck;
use connector_core::records::{Connection, Failure, Request, Response, Token};
use connector_core::{
    ApiCall, Attempts, Connector, Entries, Functions, GrantedToken, Lookup, Next, Opened, Policy, Redactor, TokenCache,
};
use tokio::sync::Notify;
use tokio::task;

use crate::clock::{Clock, SystemClock};
use crate::component::Component;
use crate::error::{Error, SendError};
use crate::transport::{Incoming, Transport};

/// Longest input or body that a connector reads on a thread of the runtime, in bytes:
/// some 0.5 ms. With a longer one the call gets a thread for what blocks.
const SHORT: usize = 64 * 1024;

/// One connection, open for any number of callers.
///
/// Its callers share one token and one exchange: whoever needs a token while it is being
/// fetched waits for that one, a token is renewed in the background while the old one is
/// still good, and after a failed exchange there is a pause in which everyone gets the
/// same failure. A failure of the configuration lasts: other entries are another session.
///
/// Cloning is cheap and shares the connection. Dropping the future of a call cancels it;
/// an exchange under way goes on for the others. All calls need a tokio runtime.
///
/// `F` is how the connector's functions are called; platforms need not name it.
pub struct Session<F = Component> {
    shared: Arc<Shared<F>>,
}

impl<F> Clone for Session<F> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

/// How a session waits and tries again.
pub struct Options {
    /// How often it tries, and for how long.
    pub policy: Policy,
    /// The clock it waits by.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self { policy: Policy::default(), clock: Arc::new(SystemClock::default()) }
    }
}

struct Shared<F> {
    connector: Arc<Connector<F>>,
    opened: Opened,
    transport: Arc<dyn Transport>,
    options: Options,
    cache: Mutex<TokenCache<Error>>,
    /// Wakes those who wait for an exchange.
    ended: Notify,
}

impl<F: Functions + Send + Sync + 'static> Session<F> {
    /// Opens a session; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the entries.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use connector_host::{Connector, Error, Session, Transport};
    /// # async fn example(connector: Arc<Connector>, transport: Arc<dyn Transport>) -> Result<(), Error> {
    /// let entries = connector.entries(vec![("client_id".to_owned(), "…".to_owned())]);
    /// let session = match Session::open(connector, entries, transport) {
    ///     Err(Error::Refused(problems)) => {
    ///         for problem in problems {
    ///             println!("{}: {}", problem.field.as_deref().unwrap_or("form"), problem.message);
    ///         }
    ///         return Ok(());
    ///     }
    ///     session => session?,
    /// };
    /// println!("{}", session.connection().label);
    /// # Ok(())
    /// # }
    /// ```
    pub fn open(connector: Arc<Connector<F>>, entries: Entries, transport: Arc<dyn Transport>) -> Result<Self, Error> {
        Self::open_with(connector, entries, transport, Options::default())
    }

    /// Opens a session with a policy and a clock of the caller's.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the entries.
    pub fn open_with(
        connector: Arc<Connector<F>>,
        entries: Entries,
        transport: Arc<dyn Transport>,
        options: Options,
    ) -> Result<Self, Error> {
        let opened = connector.open(entries)?;
        let (cache, ended) = (Mutex::default(), Notify::new());
        Ok(Self { shared: Arc::new(Shared { connector, opened, transport, options, cache, ended }) })
    }

    /// Returns the connector.
    pub fn connector(&self) -> &Arc<Connector<F>> {
        &self.shared.connector
    }

    /// Returns the resolved connection.
    pub fn connection(&self) -> &Connection {
        self.shared.opened.connection()
    }

    /// Returns the connection with its entries, token request and secrets.
    pub fn opened(&self) -> &Opened {
        &self.shared.opened
    }

    /// Returns how many exchanges have ended.
    pub fn exchanges(&self) -> u64 {
        self.shared.cache().exchanges()
    }

    /// Returns the token in use, if there is one, expired or not.
    pub fn latest_token(&self) -> Option<Arc<GrantedToken>> {
        self.shared.cache().latest()
    }

    /// Returns the redactor of all that is secret here now: the secret entries, and the token
    /// in use. For whatever a provider wrote, wherever it is shown.
    pub fn redactor(&self) -> Redactor {
        let (opened, token) = (self.opened().redactor(), self.latest_token());
        token.as_ref().map_or(opened, |token| token.redactor(opened)).clone()
    }

    /// Uses a token that a platform has kept, as if it had been received now. Its
    /// lifetimes count from now.
    pub fn adopt(&self, token: Token) {
        let shared = &self.shared;
        let now = shared.now();
        shared.cache().ended(Ok(token), now, now, &shared.options.policy, 0.0);
    }

    /// Returns a token that is good now: the one in use, or that of the exchange which is
    /// under way or which this call starts.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where there is none.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// let granted = session.token().await?;
    /// println!("lives {} s", granted.token().expires_in);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn token(&self) -> Result<Arc<GrantedToken>, Error> {
        let shared = &self.shared;
        let deadline = shared.now().saturating_add(shared.options.policy.patience);
        shared.granted(None, deadline).await
    }

    /// Builds a request to a path of the API, sends it with the token, and returns the
    /// response that the connector takes for a success.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the call, [`Error::Failed`] where there is no
    /// success.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_host::ApiCall;
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// let call = ApiCall { method: "GET".into(), path_and_query: "/api/v1/workflows".into(), ..ApiCall::default() };
    /// let response = session.call(&call).await?;
    /// println!("{} bytes", response.body.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call(&self, call: &ApiCall) -> Result<Response, Error> {
        let request = self.shared.connector.api_request(&self.shared.opened, call)?;
        self.send(request).await
    }

    /// Sends a request, authorized if it asks for that, and returns the response that the
    /// connector takes for a success. Waits and tries again where the failure says that
    /// this can help and does no harm.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where there is no success.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        match self.answer_or_failure(request).await? {
            (response, None) => Ok(response),
            (_, Some(failure)) => Err(Error::Failed(failure)),
        }
    }

    /// Does the same, but returns whatever response there is in the end: an operation has
    /// its own word for each.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where there is no response.
    pub async fn answer(&self, request: Request) -> Result<Response, Error> {
        self.answer_or_failure(request).await.map(|(response, _)| response)
    }

    /// Returns the last response, and what the connector holds against it.
    async fn answer_or_failure(&self, request: Request) -> Result<(Response, Option<Box<Failure>>), Error> {
        let shared = &self.shared;
        let place = request.place();
        let mut attempts = Attempts::new(request, shared.options.policy, shared.now());
        let mut attempt = 1_u32;
        loop {
            let next = match shared.granted(attempts.refused(), attempts.deadline()).await {
                Ok(granted) => {
                    let request = attempts.authorized(granted.headers(|token| shared.connector.authorize(token))?);
                    match shared.exchange(request).await {
                        Ok(response) => {
                            let session = self.clone();
                            let (back, next) = reading(response.body.len(), move || {
                                let Shared { connector, opened, .. } = &*session.shared;
                                let moment = (session.shared.now(), fastrand::f64());
                                let next = attempts.received(connector, opened, &granted, response, moment);
                                (attempts, next)
                            })
                            .await?;
                            attempts = back;
                            next?
                        }
                        Err(Error::Failed(failure)) => attempts.lost(failure, shared.now(), fastrand::f64()),
                        Err(error) => return Err(error),
                    }
                }
                Err(Error::Failed(failure)) => {
                    let now = shared.now();
                    let pause_left = shared.cache().pause_left(now);
                    attempts.no_token(failure, pause_left, now, fastrand::f64())
                }
                Err(error) => return Err(error),
            };
            match next {
                Next::Answered(response, failure) => return Ok((response, failure)),
                Next::Failed(failure) => return Err(Error::Failed(failure)),
                Next::Again(wait, failure) => {
                    let (code, wait_ms) = (&failure.code, wait.as_millis());
                    log::info!("{place}: attempt {attempt} failed with {code}, the next follows in {wait_ms} ms");
                    if !wait.is_zero() {
                        shared.options.clock.sleep(wait).await;
                    }
                }
            }
            attempt += 1;
        }
    }

    /// Sends a request once and returns the response as it is; only a token that is no
    /// longer accepted is renewed.
    async fn ask(&self, request: &Request) -> Result<(Response, Arc<GrantedToken>), Error> {
        let shared = &self.shared;
        let deadline = shared.now().saturating_add(shared.options.policy.patience);
        let granted = shared.granted(None, deadline).await?;
        let response = shared.exchange(shared.authorized(request, &granted)?).await?;
        if response.status != 401 || !shared.options.policy.renewal {
            return Ok((response, granted));
        }
        log::info!("the token is no longer accepted");
        let granted = shared.granted(Some(granted.number()), deadline).await?;
        Ok((shared.exchange(shared.authorized(request, &granted)?).await?, granted))
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
                Ok((response, granted)) => PermissionCheck::received(&probe, connector, opened, &granted, &response)?,
                Err(Error::Failed(failure)) => PermissionCheck::lost(&probe, &failure),
                Err(error) => return Err(error),
            });
        }
        Ok(checks)
    }

    /// Sends a request as it is, without a token.
    pub(crate) async fn open_download(&self, request: &Request) -> Result<Incoming, Error> {
        self.shared.transport.send(request.clone()).await.map_err(|error| failed(error, request))
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.options.clock
    }
}

/// Runs a call that reads so many bytes: a long one where it blocks nobody.
pub(crate) async fn reading<T: Send + 'static>(
    bytes: usize,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    if bytes <= SHORT {
        return Ok(call());
    }
    match task::spawn_blocking(call).await {
        Ok(result) => Ok(result),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Cancelled),
        },
    }
}

/// Describes why there is no response to a request.
pub(crate) fn failed(error: SendError, request: &Request) -> Error {
    match error {
        SendError::Fault(fault) => Error::Failed(Box::new(fault.failure(request))),
        SendError::Other(error) => Error::Transport(error),
    }
}

impl<F: Functions + Send + Sync + 'static> Shared<F> {
    fn now(&self) -> Duration {
        self.options.clock.now()
    }

    fn cache(&self) -> MutexGuard<'_, TokenCache<Error>> {
        // Every change is whole before anything can panic.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn authorized(&self, request: &Request, granted: &GrantedToken) -> Result<Request, Error> {
        let mut request = request.clone();
        if request.authorized {
            request.headers.extend_from_slice(granted.headers(|token| self.connector.authorize(token))?);
        }
        Ok(request)
    }

    /// Sends a request and reads the response.
    async fn exchange(&self, request: Request) -> Result<Response, Error> {
        let began = self.now();
        // Its body is shared, not copied.
        let sent = request.clone();
        let result = async { Ok(self.transport.send(sent).await?.collect(request.response_limit).await?) };
        let result: Result<Response, SendError> = result.await;
        let (place, milliseconds) = (request.place(), self.now().saturating_sub(began).as_millis());
        match &result {
            Ok(Response { status, body, .. }) => {
                log::info!("{place}: {status}, {} bytes after {milliseconds} ms", body.len());
            }
            Err(error) => log::info!("{place}: {error} after {milliseconds} ms"),
        }
        result.map_err(|error| failed(error, &request))
    }

    /// Returns a good token other than that of the exchange `refused`.
    async fn granted(self: &Arc<Self>, refused: Option<u64>, deadline: Duration) -> Result<Arc<GrantedToken>, Error> {
        loop {
            // Before the cache is asked: what ends in between must not be missed.
            let mut ended = Box::pin(self.ended.notified());
            ended.as_mut().enable();
            let now = self.now();
            let lookup = self.cache().next(now, refused, self.options.policy.renewal);
            match lookup {
                Lookup::Use(granted) => return Ok(granted),
                Lookup::UseAndRenew(granted) => {
                    task::spawn(Arc::clone(self).renew());
                    return Ok(granted);
                }
                Lookup::Fail(error) => return Err(error),
                // The exchange belongs to everyone, so it does not end with this call.
                Lookup::Exchange => drop(task::spawn(Arc::clone(self).renew())),
                Lookup::Wait if now > deadline => return Err(self.patience_over()),
                Lookup::Wait => {}
            }
            tokio::select! {
                biased;
                () = ended => {}
                () = self.options.clock.passed(deadline) => {}
            }
        }
    }

    /// Makes the exchange that the cache counts on.
    async fn renew(self: Arc<Self>) {
        let mut exchange = Exchange { sent_at: self.now(), result: None, shared: &self };
        let result = self.try_exchange().await;
        match &result {
            Ok(token) => log::info!("a token for {} s, the next one after {} s", token.expires_in, token.refresh_after),
            Err(Error::Failed(failure)) => log::info!("no token: {}", failure.code),
            Err(_) => log::info!("no token: the exchange could not be made"),
        }
        exchange.result = Some(result);
    }

    async fn try_exchange(&self) -> Result<Token, Error> {
        let response = self.exchange(self.opened.exchange().request.clone()).await?;
        let previous = self.cache().latest();
        Ok(self.connector.renewed_token(&self.opened, previous.as_deref(), &response)?)
    }

    fn patience_over(&self) -> Error {
        let seconds = self.options.policy.patience.as_secs();
        let message =
            format!("Another call has been getting an access token for {seconds} seconds, and this one gave up.");
        let hint = "Try again; if it happens again, the login host answers slowly or not at all.";
        Error::Failed(Box::new(Failure::of_host("timeout", "transient", message, hint)))
    }
}

/// The exchange under way. It enters the result when dropped, so also when the transport
/// panics or the runtime shuts down: or all would wait for ever.
struct Exchange<'a, F: Functions + Send + Sync + 'static> {
    shared: &'a Shared<F>,
    sent_at: Duration,
    result: Option<Result<Token, Error>>,
}

impl<F: Functions + Send + Sync + 'static> Drop for Exchange<'_, F> {
    fn drop(&mut self) {
        let Shared { options, ended, .. } = self.shared;
        let result = self.result.take().unwrap_or_else(|| {
            let message = "Getting an access token was broken off by a fault of the host.";
            let hint = "Try again; report it to those who run this host.";
            Err(Error::Failed(Box::new(Failure::of_host("exchange-abandoned", "transient", message, hint))))
        });
        self.shared.cache().ended(result, self.sent_at, self.shared.now(), &options.policy, fastrand::f64());
        ended.notify_waiters();
    }
}
