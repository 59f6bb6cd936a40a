//! The server: its thread, its connections, and its controls.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use rustls::crypto::ring;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio_rustls::TlsAcceptor;

use crate::authority::Authority;
use crate::calls::Calls;
use crate::config::Config;
use crate::connection;
use crate::error::Error;
use crate::handler::Handler;
use crate::state::State;

/// A running fake; it stops when dropped.
///
/// ```
/// let fake = fake_nexthink::FakeNexthink::start(fake_nexthink::Config::new("acme", "eu"))?;
/// assert!(std::net::TcpStream::connect(fake.address()).is_ok());
/// # Ok::<(), fake_nexthink::Error>(())
/// ```
pub struct FakeNexthink {
    handler: Arc<Handler>,
    address: SocketAddr,
    ca_pem: String,
    /// Present until it stops.
    server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// Threads for connections; with one, a large request would hold up all others.
const WORKERS: usize = 2;

impl FakeNexthink {
    /// Starts a fake on 127.0.0.1, with certificates made for this run. It has its own threads and can be started and
    /// dropped anywhere, also in asynchronous code.
    pub fn start(config: Config) -> Result<Self, Error> {
        config.check()?;
        let authority = Authority::new(&config, Arc::new(ring::default_provider()))?;
        let failed = |source| Error::Listen { port: config.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let handler = Arc::new(Handler::new(State::new(config), address.port()));
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("fake-nexthink worker")
            .enable_all()
            .build()
            .map_err(Error::Runtime)?;
        let listener = {
            let _within = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(Error::Runtime)?
        };
        runtime.spawn(accept(listener, Arc::clone(&handler), TlsAcceptor::from(authority.tls)));
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("fake-nexthink".to_owned())
            .spawn(move || end(runtime, stopped))
            .map_err(Error::Runtime)?;
        Ok(Self { handler, address, ca_pem: authority.ca_pem, server: Some((stop, thread)) })
    }

    /// Returns the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the certificate of the authority to trust, in PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.handler.state.config
    }

    /// Returns `HOST:443:127.0.0.1:PORT` for the login and the API host, as curl's `--connect-to` has it.
    pub fn resolve_lines(&self) -> [String; 2] {
        [self.config().login_host(), self.config().api_host()].map(|host| format!("{host}:443:{}", self.address))
    }

    /// Returns what happened so far, as `/_fake/calls` does.
    pub fn calls(&self) -> Calls {
        self.handler.state.counter.calls()
    }

    /// Makes every token issued so far invalid.
    pub fn revoke_tokens(&self) {
        self.handler.state.tokens.revoke_all();
    }

    /// Moves the clock forward: tokens and download links expire by it, and `Date` follows. Certificates do not.
    pub fn advance_clock(&self, seconds: u64) {
        self.handler.state.clock.advance(seconds);
    }

    /// Closes the port and every connection and waits for the threads. The counts remain readable.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.server.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for FakeNexthink {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for FakeNexthink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeNexthink").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Waits for the stop and drops the runtime, on a thread where that may block.
fn end(runtime: Runtime, stopped: oneshot::Receiver<()>) {
    let _ = stopped.blocking_recv();
    drop(runtime);
}

async fn accept(listener: tokio::net::TcpListener, handler: Arc<Handler>, tls: TlsAcceptor) {
    let state = &handler.state;
    let places = Arc::new(Semaphore::new(state.config.limits.connections.min(Semaphore::MAX_PERMITS)));
    loop {
        let accepted: io::Result<_> = listener.accept().await;
        let Ok((tcp, _)) = accepted else {
            // Usually too many open files: some will be closed.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        state.counter.count(|calls| calls.connections += 1);
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            state.counter.count(|calls| calls.connections_refused += 1);
            continue;
        };
        let (handler, tls) = (Arc::clone(&handler), tls.clone());
        tokio::spawn(async move {
            connection::serve(handler, tls, tcp).await;
            drop(place);
        });
    }
}
