//! Listens, runs one thread for each connection, and ends them all.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::calls::Calls;
use crate::config::Config;
use crate::connection;
use crate::error::Error;
use crate::random::Random;
use crate::service::Service;

/// Is a running tenant; it stops when dropped.
pub struct FakeNexthink {
    shared: Arc<Shared>,
    address: SocketAddr,
    ca_pem: String,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    service: Service,
    tls: Arc<ServerConfig>,
    open: Mutex<Open>,
    /// Tells when a connection ends or the tenant stops.
    changed: Condvar,
}

#[derive(Default)]
struct Open {
    next: u64,
    /// Holds a second handle on each connection, to end it from outside.
    connections: HashMap<u64, TcpStream>,
    /// Counts threads; one lives a little longer than its connection.
    threads: usize,
    stopping: bool,
}

impl FakeNexthink {
    /// Starts a tenant on 127.0.0.1, with certificates made for this run.
    pub fn start(config: Config) -> Result<Self, Error> {
        config.check()?;
        let provider = Arc::new(ring::default_provider());
        let mut seed = Zeroizing::new([0; 32]);
        provider.secure_random.fill(seed.as_mut()).map_err(|_| Error::Random)?;
        let authority = Authority::new(&config, provider)?;
        let failed = |source| Error::Listen { port: config.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let service = Service::new(config, address.port(), Random::new(seed));
        let shared = Arc::new(Shared { service, tls: authority.tls, open: Mutex::default(), changed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        let acceptor = thread::Builder::new()
            .name("tenant".to_owned())
            .spawn(move || accept(&accepting, &listener))
            .map_err(|source| Error::Listen { port: address.port(), source })?;
        Ok(Self { shared, address, ca_pem: authority.ca_pem, acceptor: Some(acceptor) })
    }

    /// Tells the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Tells the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives the certificate of the authority to trust, in PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Gives the configuration it runs with.
    pub fn config(&self) -> &Config {
        &self.shared.service.config
    }

    /// Gives two lines `HOST:443:127.0.0.1:PORT`, for the login and the API host, that make a client come here. The
    /// option of curl that takes another port as well is `--connect-to`.
    pub fn resolve_lines(&self) -> [String; 2] {
        [self.config().login_host(), self.config().api_host()].map(|host| format!("{host}:443:{}", self.address))
    }

    /// Tells what happened so far; the same as `/_tenant/calls`.
    pub fn calls(&self) -> Calls {
        self.shared.service.counter.calls()
    }

    /// Makes every token issued so far invalid.
    pub fn revoke_tokens(&self) {
        self.shared.service.tokens.revoke_all();
    }

    /// Moves the tenant's clock forward: tokens and download links expire by it, and `Date` follows. Certificates
    /// do not.
    pub fn advance_clock(&self, seconds: u64) {
        self.shared.service.clock.advance(seconds);
    }

    /// Stops accepting, ends every connection and waits for the threads. Counts can still be read. Once is enough.
    pub fn stop(&mut self) {
        let Some(acceptor) = self.acceptor.take() else { return };
        {
            let mut open = self.shared.open();
            open.stopping = true;
            for connection in open.connections.values() {
                let _ = connection.shutdown(Shutdown::Both);
            }
        }
        self.shared.changed.notify_all();
        // `accept` waits for a connection; this is the last.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(5));
        let _ = acceptor.join();
        let mut open = self.shared.open();
        while open.threads > 0 {
            open = self.shared.changed.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for FakeNexthink {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for FakeNexthink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeNexthink").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps, unless the tenant stops.
    fn wait(&self, duration: Duration) {
        drop(self.changed.wait_timeout_while(self.open(), duration, |open| !open.stopping));
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    loop {
        let accepted = listener.accept();
        if shared.open().stopping {
            return;
        }
        match accepted {
            Ok((stream, _)) => admit(shared, stream),
            // No more files, mostly: some will be closed.
            Err(_) => shared.wait(Duration::from_millis(20)),
        }
    }
}

fn admit(shared: &Arc<Shared>, stream: TcpStream) {
    shared.service.counter.connection();
    let Some(ticket) = Ticket::take(shared, &stream) else {
        shared.service.counter.connection_refused();
        return;
    };
    let spawned: io::Result<_> = thread::Builder::new().name("tenant connection".to_owned()).spawn(move || {
        let shared = Arc::clone(&ticket.shared);
        connection::serve(&shared.service, Arc::clone(&shared.tls), stream, &|duration| shared.wait(duration));
    });
    if spawned.is_err() {
        // The ticket and the stream went with the thread that never was.
        shared.service.counter.connection_refused();
    }
}

/// Stands for one open connection; gives its place back when dropped, whatever ended the thread.
struct Ticket {
    shared: Arc<Shared>,
    number: u64,
}

impl Ticket {
    fn take(shared: &Arc<Shared>, stream: &TcpStream) -> Option<Self> {
        let second = stream.try_clone().ok()?;
        let mut open = shared.open();
        if open.stopping || open.threads >= shared.service.config.limits.connections {
            return None;
        }
        let number = open.next;
        open.next += 1;
        open.threads += 1;
        open.connections.insert(number, second);
        Some(Self { shared: Arc::clone(shared), number })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.shared.open();
        open.connections.remove(&self.number);
        open.threads -= 1;
        drop(open);
        self.shared.changed.notify_all();
    }
}
