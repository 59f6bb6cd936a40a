//! Trusted certificate authorities: those of this machine's store and of the CA file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};

use super::options::HttpError;

/// Most bytes to read of a CA file: some twenty times the store of a Linux system.
const CA_BYTES: u64 = 4 << 20;

/// Returns how to speak TLS.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, HttpError> {
    let mut roots = RootCertStore::empty();
    // A store may hold what cannot be read; it must not make the rest useless.
    // `SSL_CERT_FILE` and `SSL_CERT_DIR` name another one, as with OpenSSL.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        add(&mut roots, path)?;
    }
    if roots.is_empty() {
        return Err(HttpError::NoAuthorities);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .expect("ring has cipher suites for both versions");
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), HttpError> {
    let mut pem = Vec::new();
    let read = File::open(path).and_then(|file| file.take(CA_BYTES).read_to_end(&mut pem));
    read.map_err(|error| unreadable(path, &error))?;
    let mut number = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        number += 1;
        let damaged = || HttpError::BadCertificate { path: path.to_owned(), number };
        roots.add(certificate.map_err(|_| damaged())?).map_err(|_| damaged())?;
    }
    if number == 0 { Err(HttpError::NoCertificate(path.to_owned())) } else { Ok(()) }
}

fn unreadable(path: &Path, error: &io::Error) -> HttpError {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory".to_owned(),
        _ => error.to_string(),
    };
    HttpError::CaFile { path: path.to_owned(), reason }
}
