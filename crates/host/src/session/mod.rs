//! One connection, open for any number of callers.

mod probing;
mod sign_in;
mod store;
mod tokens;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector_core::records::{Connection, Context, Failure, Request, Response, Token};
use connector_core::{
    ApiCall, Attempts, Connector, Entries, Fault, Functions, GrantedToken, Interface, Next, Opened, Policy, Redactor,
    Secret, TokenCache,
};
use tokio::sync::Notify;

pub use self::store::{NotStored, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::component::Component;
use crate::context::{ContextSource, SystemContext};
use crate::error::{Error, SendError};
use crate::reading::reading;
use crate::transport::{Incoming, Transport};

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
    /// Time and randomness for functions that depend on them.
    pub contexts: Arc<dyn ContextSource>,
    /// Where each new token is kept. None: nowhere.
    pub store: Option<Arc<dyn TokenStore>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            clock: Arc::new(SystemClock::default()),
            contexts: Arc::new(SystemContext),
            store: None,
        }
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
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use std::sync::Arc;
    /// # use connector_host::{Connector, Entries, Error, Transport};
    /// # fn example(connector: Arc<Connector>, entries: Entries, transport: Arc<dyn Transport>) -> Result<(), Error> {
    /// use connector_host::{Options, Policy, Session};
    ///
    /// let options = Options { policy: Policy::once(), ..Options::default() };
    /// let session = Session::open_with(connector, entries, transport, options)?;
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(session: connector_host::Session) {
    /// println!("{}", session.connector().definition().name);
    /// # }
    /// ```
    pub fn connector(&self) -> &Arc<Connector<F>> {
        &self.shared.connector
    }

    /// Returns the resolved connection.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(session: connector_host::Session) {
    /// let connection = session.connection();
    /// println!("{} at {}", connection.label, connection.base_url);
    /// # }
    /// ```
    pub fn connection(&self) -> &Connection {
        self.shared.opened.connection()
    }

    /// Returns the connection with its entries and secrets.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(session: connector_host::Session, text: &str) {
    /// // What a platform logs of a response, without secrets.
    /// println!("{}", session.opened().redactor().hide(text));
    /// # }
    /// ```
    pub fn opened(&self) -> &Opened {
        &self.shared.opened
    }

    /// Returns how many exchanges have ended.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(session: connector_host::Session) {
    /// println!("{} token requests so far", session.exchanges());
    /// # }
    /// ```
    pub fn exchanges(&self) -> u64 {
        self.shared.cache().exchanges()
    }

    /// Returns the token in use, if there is one, expired or not.
    pub fn latest_token(&self) -> Option<Arc<GrantedToken>> {
        self.shared.cache().latest()
    }

    /// Ends the pause after a failed exchange, also the one for good after a failure of the
    /// configuration: the next call gets a token. For a person who has mended the cause.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// // The administrator has enabled the API again.
    /// session.end_pause();
    /// session.token().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn end_pause(&self) {
        self.shared.cache().end_pause();
    }

    /// Returns the redactor of all that is secret here now: the secret entries, and the token
    /// in use. For whatever a provider wrote, wherever it is shown.
    pub fn redactor(&self) -> Redactor {
        self.opened().redactor_with(self.latest_token().as_deref()).clone()
    }

    /// Uses a token that a platform has kept, as if it had been received now. Its
    /// lifetimes count from now.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(session: connector_host::Session, restarted: connector_host::Session) {
    /// // The platform has sealed it in its store, and restarts.
    /// let kept = session.latest_token().map(|granted| granted.token().clone());
    /// if let Some(token) = kept {
    ///     restarted.adopt(token);
    /// }
    /// # }
    /// ```
    pub fn adopt(&self, token: Token) {
        let now = self.shared.now();
        self.shared.cache().adopt(token, now);
    }

    /// Returns a token that is good now: the one in use, or that of the exchange which is
    /// under way or which this call starts. None: nothing is exchanged, the entries authorize
    /// requests.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where there is none, with the code `sign-in-required` where a person
    /// has to sign in first.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// if let Some(granted) = session.token().await? {
    ///     println!("lives {} s", granted.token().expires_in);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn token(&self) -> Result<Option<Arc<GrantedToken>>, Error> {
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
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session, call: connector_host::ApiCall) -> Result<(), connector_host::Error> {
    /// let request = session.connector().api_request(session.opened(), &call)?;
    /// let response = session.send(request).await?;
    /// println!("{}", response.status);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session, call: connector_host::ApiCall) -> Result<(), connector_host::Error> {
    /// let request = session.connector().api_request(session.opened(), &call)?;
    /// // 404 is a response, too.
    /// println!("{}", session.answer(request).await?.status);
    /// # Ok(())
    /// # }
    /// ```
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
            let next = match shared.token_for(attempts.request(), attempts.refused(), attempts.deadline()).await {
                Ok(granted) => {
                    let request = shared.authorized(attempts.request(), granted.as_deref())?;
                    match shared.exchange_until(request, attempts.deadline()).await {
                        Ok(response) => {
                            let session = self.clone();
                            let read = self.reading(response.body.len(), move || {
                                let Shared { connector, opened, .. } = &*session.shared;
                                let moment = (session.shared.now(), fastrand::f64());
                                let next =
                                    attempts.received(connector, opened, granted.as_deref(), response, moment)?;
                                Ok((attempts, next))
                            });
                            let (back, next) = read.await?;
                            attempts = back;
                            next
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

    /// Sends a request as it is, without a token, and asks for the file as it is: a few
    /// bytes of a compressed transfer could become any number.
    pub(crate) async fn open_download(&self, request: &Request) -> Result<Incoming, Error> {
        let mut plain = request.clone();
        plain.headers.retain(|(name, _)| name != "accept-encoding");
        plain.headers.push(("accept-encoding".to_owned(), Secret::new("identity".to_owned())));
        self.shared.transport.send(plain).await.map_err(|error| failed(error, request))
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.options.clock
    }

    /// Runs a call that reads so many bytes.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        bytes: usize,
        call: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Options { policy, clock, .. } = &self.shared.options;
        reading(bytes, &**clock, policy.patience, call).await
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

    fn context(&self) -> Result<Context, Error> {
        self.options.contexts.context()
    }

    fn authorized(&self, request: &Request, granted: Option<&GrantedToken>) -> Result<Request, Error> {
        let Self { connector, opened, .. } = self;
        let request = connector.authorized(opened, granted, request.clone())?;
        if request.authorized && connector.offers(Interface::Signature) {
            return Ok(connector.signed(opened, granted, &request, &self.context()?)?);
        }
        Ok(request)
    }

    /// Sends a request and reads the response, until a moment: whoever called waits no
    /// longer, whatever the request's own time limit is.
    async fn exchange_until(&self, request: Request, deadline: Duration) -> Result<Response, Error> {
        let began = self.now();
        tokio::select! {
            biased;
            result = self.exchange(request.clone()) => result,
            () = self.options.clock.passed(deadline) => {
                let seconds = self.now().saturating_sub(began).as_secs();
                let fault = Fault::Timeout { seconds: u32::try_from(seconds).unwrap_or(u32::MAX) };
                log::info!("{}: {fault}", request.place());
                Err(failed(fault.into(), &request))
            }
        }
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
}
