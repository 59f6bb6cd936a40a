//! A person signs in with the browser of this machine, which comes back to loopback (RFC 8252
//! §7.3).

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, HOST, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use clap::Args;
use connector_host::{Error as HostError, Interface, Session};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::error::Error;
use crate::open::open;
use crate::show;

/// The one path that is served.
const PATH: &str = "/callback";

/// Time for a browser to fetch the page that says how it ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a person signs in, for providers where one has to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sign-in")]
pub(crate) struct Browser {
    /// Print the address to sign in at instead of opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Come back to this port of 127.0.0.1, where the provider wants a redirect URL that is
    /// registered; by default any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    redirect_port: u16,
}

/// A redirect, and where to say what came of it.
type Arrival = (String, oneshot::Sender<Result<(), String>>);

#[derive(Clone)]
struct Listening {
    own: Arc<str>,
    arrivals: mpsc::Sender<Arrival>,
    seen: mpsc::Sender<()>,
}

impl Browser {
    /// Has a person sign in, if the connector asks for that.
    ///
    /// # Errors
    ///
    /// [`Error`] where there is no port; within the result, why nobody is signed in.
    pub(crate) async fn sign_in(&self, session: &Session) -> Result<Result<(), HostError>, Error> {
        if !session.connector().offers(Interface::AuthorizationCode) {
            return Ok(Ok(()));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.redirect_port)).await;
        let listener = listener
            .map_err(|error| Error::Use(format!("no browser can come back to port {}: {error}", self.redirect_port)))?;
        let address = listener.local_addr().map_err(|error| Error::Use(format!("there is no port: {error}")))?;
        let (arrivals, mut arrived) = mpsc::channel(1);
        let (seen, mut farewell) = mpsc::channel(1);
        let listening = Listening { own: address.to_string().into(), arrivals, seen };
        let router = Router::new().route(PATH, get(callback)).with_state(listening);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(server.into_future());
        let ended = self.wait(session, &format!("http://{address}{PATH}"), &mut arrived).await;
        let late = matches!(&ended, Err(HostError::Failed(failure)) if failure.code == "sign-in-expired");
        if !late {
            let _ = timeout(FAREWELL, farewell.recv()).await;
        }
        // What is being answered is answered to its end.
        drop(stop);
        let _ = timeout(FAREWELL, server).await;
        Ok(ended)
    }

    /// Waits for the redirect of the sign-in. One that belongs to another is answered, reported
    /// and otherwise ignored.
    async fn wait(
        &self,
        session: &Session,
        redirect_uri: &str,
        arrived: &mut mpsc::Receiver<Arrival>,
    ) -> Result<(), HostError> {
        let mut sign_in = session.begin_sign_in(redirect_uri)?;
        self.show(sign_in.url().as_str());
        let until = Instant::now() + connector_core::SIGN_IN_TIME;
        let mut warned = false;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(Some((query, answer))) = timeout(left, arrived.recv()).await else {
                return Err(connector_core::expired().into());
            };
            let finished = session.finish_sign_in(&mut sign_in, &query).await.map(drop);
            // Whoever sent it may be gone.
            let _ = answer.send(finished.as_ref().map_err(ToString::to_string).copied());
            match finished {
                // Once: whoever sends such redirects could send any number.
                Err(HostError::Failed(failure)) if failure.code == "state-mismatch" => {
                    if !std::mem::replace(&mut warned, true) {
                        show::note(&show::bad(&format!("{} It was ignored.", failure.message)));
                    }
                }
                finished => return finished,
            }
        }
    }

    /// Opens the address in a browser, and shows it on standard error, because it is no result.
    fn show(&self, url: &str) {
        if !self.no_browser {
            open(url);
        }
        show::note("To sign in, open this address in a browser:");
        show::note(url);
    }
}

/// Takes a redirect, and sends the browser on to the same path without its query, so that no
/// code stays in the history.
async fn callback(State(listening): State<Listening>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    if host != Some(&*listening.own) {
        return page(StatusCode::MISDIRECTED_REQUEST, "Wrong host name for this server.");
    }
    let Some(query) = query else {
        let _ = listening.seen.try_send(());
        return page(StatusCode::OK, "You are signed in, and can close this window.");
    };
    let (answer, ended) = oneshot::channel();
    if listening.arrivals.send((query, answer)).await.is_err() {
        return page(StatusCode::GONE, "This sign-in is over.");
    }
    match ended.await {
        Ok(Ok(())) => (StatusCode::SEE_OTHER, [(LOCATION, PATH)], "").into_response(),
        Ok(Err(why)) => {
            let _ = listening.seen.try_send(());
            page(StatusCode::BAD_REQUEST, &format!("You are not signed in. {why}"))
        }
        Err(_) => page(StatusCode::GONE, "This sign-in is over."),
    }
}

/// Answers with plain text: nothing of a redirect can become markup.
fn page(status: StatusCode, text: &str) -> Response {
    let headers = [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
    (status, headers, format!("{text}\n")).into_response()
}
