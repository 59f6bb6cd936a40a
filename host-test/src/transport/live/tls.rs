//! Encrypts connections.
//!
//! `ureq` has a connector like this one. It builds its configuration anew for
//! every connection whose request has a timeout of its own, and lets a body
//! without a length end where the connection breaks; this one does neither.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};
use zeroize::Zeroize as _;

use super::fault;
use crate::transport::{SendFailure, TlsFault};

/// Wraps connections for `https` in TLS.
pub(super) struct TlsConnector {
    config: Arc<ClientConfig>,
    /// Longest time that one read may take, in seconds. None: what is left of the
    /// request's.
    stall: Option<u32>,
}

impl TlsConnector {
    pub(super) fn new(config: Arc<ClientConfig>) -> Self {
        Self { config, stall: None }
    }

    /// Returns one whose connections give up when nothing arrives for so many
    /// seconds.
    pub(super) fn impatient(&self, seconds: u32) -> Self {
        Self { config: Arc::clone(&self.config), stall: Some(seconds) }
    }
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        // The way to a proxy may be plain, or encrypted already.
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let mut connection = ClientConnection::new(self.config.clone(), server_name(details)?)
            .map_err(|error| fault::wrap(SendFailure::Tls(fault::tls(&error))))?;
        let mut socket = TransportAdapter::new(Box::new(transport) as Box<dyn Transport>, details.current_time.clone());
        socket.set_timeout(remaining(details));
        connection.complete_io(&mut socket).map_err(fault::on_connection)?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TlsTransport { buffers, stream: StreamOwned::new(connection, socket), stall: self.stall })))
    }
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnector")
    }
}

/// Returns the name that the certificate has to carry: that of the URL.
fn server_name(details: &ConnectionDetails) -> Result<ServerName<'static>, Error> {
    let host = details.uri.host().unwrap_or_default();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    ServerName::try_from(bare.to_owned()).map_err(|_| fault::wrap(SendFailure::Tls(TlsFault::Other)))
}

/// Returns what is left of the time for connecting.
fn remaining(details: &ConnectionDetails) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(whole), Instant::Exact(start), Instant::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Duration::Exact(whole.saturating_sub(now.saturating_duration_since(start)));
    }
    timeout
}

/// Carries one encrypted connection.
pub(super) struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    stall: Option<u32>,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        let output = &mut self.buffers.output()[..amount];
        let sent = self.stream.write_all(output).and_then(|()| self.stream.flush());
        // The connection outlives the request; the credentials must not.
        output.zeroize();
        sent.map_err(fault::on_connection)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        let stall = self.stall.filter(|stall| timeout.after > Duration::from_secs((*stall).into()));
        if let Some(stall) = stall {
            timeout.after = Duration::from_secs(stall.into());
        }
        self.stream.sock.set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input).map_err(|error| match (fault::on_connection(error), stall) {
            (Error::Timeout(_), Some(seconds)) => fault::wrap(SendFailure::Timeout { seconds }),
            (error, _) => error,
        })?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}
