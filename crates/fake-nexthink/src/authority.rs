//! The certificates of one run: a certificate authority and a certificate for the hosts of the tenant.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use crate::config::Config;
use crate::error::Error;
use crate::fault_rule::Action;

/// The certificate to trust and the TLS configuration, which contains the only key that is kept.
pub(crate) struct Authority {
    pub ca_pem: String,
    pub tls: Arc<ServerConfig>,
}

impl Authority {
    /// Makes new keys and certificates.
    pub(crate) fn new(config: &Config, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let now = OffsetDateTime::now_utc();
        let key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.distinguished_name.push(DnType::CommonName, "Fake Nexthink, made for one run");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // Three months back, so that it also covers an expired certificate.
        (ca.not_before, ca.not_after) = (now - Duration::days(90), now + Duration::days(90));
        let ca_pem = ca.self_signed(&key)?.pem();

        let fault = config.certificate_fault();
        let leaf_key = KeyPair::generate()?;
        let mut leaf = CertificateParams::new(names(config, fault))?;
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        (leaf.not_before, leaf.not_after) = if fault == Some(&Action::ExpiredCertificate) {
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

/// Returns the names in the certificate.
fn names(config: &Config, fault: Option<&Action>) -> Vec<String> {
    if fault == Some(&Action::WrongHostCertificate) {
        return vec!["another-host.example".to_owned()];
    }
    let mut names = vec![config.login_host(), config.api_host()];
    if config.any_instance.is_some() {
        // A wildcard covers one label, which is all that an instance adds.
        names.push(format!("*.{}.nexthink.cloud", config.region));
        names.push(format!("*.api.{}.nexthink.cloud", config.region));
    }
    // For `/_fake/calls` without a resolver.
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    names
}
