//! Which CA files are taken.

use std::fs;
use std::path::Path;

use connector_host::{HttpError, HttpOptions, HttpTransport};
use tempfile::NamedTempFile;

use super::authority::{Authority, file};
use super::server::{Server, direct, exchange, get, options};

fn error(path: &Path) -> HttpError {
    let options = HttpOptions { ca_file: Some(path.to_owned()), ..direct(&Authority::new()) };
    HttpTransport::new(options).unwrap_err()
}

#[test]
fn a_ca_file_without_certificates_is_refused_in_one_sentence() {
    let file = NamedTempFile::new().unwrap();
    let path = file.path().display();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for content in ["", "\n", "no PEM at all", "\u{0}\u{1}\u{2}", key] {
        fs::write(&file, content).unwrap();
        let expected = format!("the CA file {path} contains no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        assert_eq!(error(file.path()).to_string(), expected, "{content}");
    }
}

#[test]
fn a_damaged_certificate_is_refused_with_its_number() {
    let authority = Authority::new();
    let good = fs::read_to_string(authority.file()).unwrap();
    let file = file("");
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n".to_owned();
    let no_base64 = "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n".to_owned();
    let no_end = good[..good.len() - 20].to_owned();
    for (content, number) in [(no_certificate, 1), (no_base64.clone(), 1), (no_end, 1), (good + &no_base64, 2)] {
        fs::write(&file, content).unwrap();
        let expected = format!("certificate {number} in the CA file {} is damaged", file.path().display());
        assert_eq!(error(file.path()).to_string(), expected);
    }
}

#[test]
fn a_ca_file_that_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("ca.pem");
    for (path, reason) in [(&*missing, "there is no such file"), (folder.path(), "this is a directory")] {
        assert_eq!(error(path).to_string(), format!("cannot read the CA file {}: {reason}", path.display()));
    }
}

#[tokio::test]
async fn every_authority_of_the_ca_file_is_trusted() {
    let (first, second) = (Authority::new(), Authority::new());
    let both = NamedTempFile::new().unwrap();
    let pem: String = [&first, &second].map(|authority| fs::read_to_string(authority.file()).unwrap()).concat();
    fs::write(&both, pem).unwrap();
    for authority in [&first, &second] {
        let server = Server::answering(authority, "HTTP/1.1 204 X\r\n\r\n");
        let options = HttpOptions { ca_file: Some(both.path().to_owned()), ..options(authority, server.address) };
        assert_eq!(exchange(&HttpTransport::new(options).unwrap(), get("/")).await.unwrap().status, 204);
    }
}
