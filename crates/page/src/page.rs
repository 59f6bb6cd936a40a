//! What is behind the page.

use std::sync::Arc;

use connector_host::{Connector, Digest, Session, Transport};
use tokio::sync::Semaphore;

use crate::recordings::Listed;
use crate::store::BoundedStore;

/// Most requests under way that wait for a provider: one person needs two or three.
const UNDER_WAY: usize = 16;

/// Connections kept; the oldest goes first. One person has one or two in each window.
const CONNECTIONS: usize = 16;

/// A connector, the file it comes from, and what answers its requests.
pub struct Page {
    pub(crate) connector: Arc<Connector>,
    pub(crate) artefact: Artefact,
    pub(crate) answers: Answers,
    pub(crate) connections: BoundedStore<Session>,
    pub(crate) under_way: Arc<Semaphore>,
}

/// The file of a component, as the page describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Its length, in bytes.
    pub bytes: usize,
    /// Its length with gzip, in bytes: what a registry transfers.
    pub gzip_bytes: usize,
    /// Its digest.
    pub digest: Digest,
}

/// What answers the requests of the connector.
pub enum Answers {
    /// Recordings, one of which is picked on the page.
    Recordings(Vec<Listed>),
    /// The provider.
    Live(Arc<dyn Transport>),
}

impl Page {
    /// Puts a page together.
    pub fn new(connector: Arc<Connector>, artefact: Artefact, answers: Answers) -> Self {
        let (connections, under_way) = (BoundedStore::new(CONNECTIONS), Arc::new(Semaphore::new(UNDER_WAY)));
        Self { connector, artefact, answers, connections, under_way }
    }
}
