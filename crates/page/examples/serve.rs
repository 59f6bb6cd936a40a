//! Serves the connect page: `serve [--recording DIR] [--component FILE] [--port PORT]`, or
//! `--live [--ca-file FILE] [--resolve RULE] [--timeout SECONDS]` instead of recordings.
//!
//! The browser tests can use it in place of the command-line program.

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs};

use connector_host::{Component, Connector, Digest, HttpOptions, HttpTransport, Limits};
use connector_page::{Answers, Artefact, Listed, Page, serve};
use connector_recordings::{Recording, files};
use flate2::Compression;
use flate2::write::GzEncoder;
use nexthink_component::NEXTHINK;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut port, mut live, mut network) = (0, false, HttpOptions::default());
    let (mut bytes, mut folder) = (NEXTHINK.to_vec(), PathBuf::from("fixtures"));
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "serve" => {}
            "--port" => port = value()?.parse()?,
            "--component" => bytes = fs::read(value()?)?,
            "--recording" => folder = value()?.into(),
            "--live" => live = true,
            "--ca-file" => network.ca_file = Some(value()?.into()),
            "--resolve" => network.resolve.push(value()?.parse()?),
            "--timeout" => network.timeout = Some(value()?.parse()?),
            other => folder = other.into(),
        }
    }
    let connector = Arc::new(Connector::new(Component::load(&bytes, Limits::default())?)?);
    let answers = if live {
        Answers::Live(Arc::new(HttpTransport::new(network)?))
    } else {
        let recordings = files(&folder)?.into_iter().map(|file| Recording::read(&file));
        let listed = recordings.filter_map(|read| read.map(|read| Listed::of(read, &connector)).transpose());
        Answers::Recordings(listed.collect::<Result<_, _>>()?)
    };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes)?;
    let artefact = Artefact { bytes: bytes.len(), gzip_bytes: encoder.finish()?.len(), digest: Digest::of(&bytes) };
    let serving = serve(Page::new(connector, artefact, answers), port).await?;
    println!("http://{}/", serving.address());
    Ok(tokio::signal::ctrl_c().await?)
}
