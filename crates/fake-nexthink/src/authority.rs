//! Makes the certificates of the run: an authority of its own and a leaf for the tenant's hosts.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use crate::config::Config;
use crate::error::Error;
use crate::faults::Action;

/// Holds what the certificates lead to; the keys are inside the TLS configuration and nowhere else.
pub(super) struct Authority {
    pub ca_pem: String,
    pub tls: Arc<ServerConfig>,
}

impl Authority {
    pub fn new(config: &Config, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let now = OffsetDateTime::now_utc();
        let key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.distinguished_name.push(DnType::CommonName, "Stand-in tenant, made for one run");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // A day back allows for clocks that differ; three months forward, so that it also covers an expired leaf.
        (ca.not_before, ca.not_after) = (now - Duration::days(90), now + Duration::days(90));
        let ca_pem = pem(ca.self_signed(&key)?.der());

        let spoiled = config.spoiled_certificate();
        let leaf_key = KeyPair::generate()?;
        let mut leaf = CertificateParams::new(names(config, spoiled))?;
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        (leaf.not_before, leaf.not_after) = if spoiled == Some(&Action::ExpiredCertificate) {
            (now - Duration::days(60), now - Duration::days(1))
        } else {
            (now - Duration::days(1), now + Duration::days(30))
        };
        let leaf = leaf.signed_by(&leaf_key, &Issuer::new(ca, key))?;

        let leaf_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
        let mut tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], leaf_key)?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { ca_pem, tls: Arc::new(tls) })
    }
}

fn names(config: &Config, spoiled: Option<&Action>) -> Vec<String> {
    if spoiled == Some(&Action::WrongHostCertificate) {
        return vec!["another-host.example".to_owned()];
    }
    let mut names = vec![config.login_host(), config.api_host()];
    if config.any_instance.is_some() {
        // One label each, which is all that a wildcard covers and all that an instance adds.
        names.push(format!("*.{}.nexthink.cloud", config.region));
        names.push(format!("*.api.{}.nexthink.cloud", config.region));
    }
    // For a look at `/_tenant/calls` without any name resolution.
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    names
}

/// Writes a certificate as RFC 7468 does.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
